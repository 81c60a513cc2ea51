"""scripts/mkefi: the structure of the UEFI applications that it makes."""
from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = 4096
EXECUTE, READ, WRITE = 0x20000000, 0x40000000, 0x80000000
MAGIC = b"\x7fUnloop note v1\0"

SOURCE = r"""
__attribute__((used, section(".identity"), aligned(16)))
const unsigned char note[128] = {
	0x7f, 'U', 'n', 'l', 'o', 'o', 'p', ' ', 'n', 'o', 't', 'e', ' ', 'v', '1',
	[48] = '1', '.', '2',
};
extern int target;
int target = 5;
int *pointer = &target;           /* needs one base relocation */
int *const constant = &target;    /* and so does this */
char zeros[10000];
long efi_main(void);
long efi_main(void)
{
	return *pointer + *constant + zeros[(unsigned)*pointer];
}
"""


@dataclass(frozen=True)
class Target:
    """A processor: how the build compiles for it, what its files say."""
    name: str
    prefix: str  # of the tools
    compile: list[str]
    link: list[str]
    word: int  # bytes of a pointer
    machine: int
    pointer_kind: int  # of a base relocation

    @property
    def directories(self) -> int:
        """Offset of the data directories from the PE header."""
        return 24 + (112 if self.word == 8 else 96)


TARGETS = [
    Target("x86_64", "", ["-fpie", "-mno-red-zone", "-fcf-protection=none"],
           ["-m", "elf_x86_64"], 8, 0x8664, 10),
    Target("i386", "", ["-m32", "-fno-pie", "-fcf-protection=none"],
           ["-m", "elf_i386", "-z", "notext"], 4, 0x014C, 3),
    Target("arm64", "aarch64-linux-gnu-", ["-fpie"], ["-m", "aarch64linux"],
           8, 0xAA64, 10),
]
X86_64 = TARGETS[0]


def link(folder: Path, source: str = SOURCE, pie: bool = True,
         target: Target = X86_64) -> Path:
    """Link source as the build links the firmware."""
    (folder / "a.c").write_text(source)
    elf = folder / "a.elf"
    subprocess.run(
        [target.prefix + "gcc", "-Os", "-ffreestanding", *target.compile,
         "-fvisibility=hidden", "-fno-asynchronous-unwind-tables",
         "-c", "-o", folder / "a.o", folder / "a.c"],
        check=True, timeout=60)
    subprocess.run(
        [target.prefix + "ld", *target.link,
         "-T", ROOT / "ipxe-src/platform/efi/efi.lds",
         *(["-pie", "--no-dynamic-linker"] if pie else []), "-z",
         "noexecstack", "-o", elf, folder / "a.o"],
        check=True, timeout=60)
    return elf


def mkefi(elf: Path, output: Path,
          name: str = "x86_64-efi/test.efi",
          *more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, ROOT / "scripts/mkefi", "--elf", elf, "--format",
         name, "-o", output, *more],
        capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module", name="target", params=TARGETS,
                ids=lambda target: target.name)
def choose_target(request: pytest.FixtureRequest) -> Target:
    return request.param


@pytest.fixture(scope="module", name="image")
def make_image(target: Target,
               tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("mkefi")
    result = mkefi(link(folder, target=target), folder / "a.efi")
    assert result.returncode == 0, result.stderr
    return (folder / "a.efi").read_bytes()


def header(image: bytes) -> int:
    return struct.unpack_from("<I", image, 0x3C)[0]


def sections(image: bytes) -> dict[str, tuple[int, int, int, int, int]]:
    """Name: virtual size, address, raw size, raw offset, characteristics."""
    at = header(image)
    count, optional = struct.unpack_from("<H12xH", image, at + 6)
    found = {}
    for i in range(count):
        entry = at + 24 + optional + 40 * i
        name = image[entry:entry + 8].rstrip(b"\0").decode()
        size, address, raw, offset = struct.unpack_from("<IIII", image,
                                                        entry + 8)
        flags = struct.unpack_from("<I", image, entry + 36)[0]
        found[name] = (size, address, raw, offset, flags)
    return found


def test_headers_say_efi_application_without_time(image: bytes,
                                                      target: Target) -> None:
    at = header(image)
    assert image[:2] == b"MZ" and image[at:at + 4] == b"PE\0\0"
    machine, _, timestamp = struct.unpack_from("<HHI", image, at + 4)
    assert machine == target.machine
    assert timestamp == 0
    magic = struct.unpack_from("<H", image, at + 24)[0]
    assert magic == (0x20B if target.word == 8 else 0x10B)
    assert struct.unpack_from("<H", image, at + 24 + 68)[0] == 10
    # The firmware may move it, and may forbid executing data.
    assert struct.unpack_from("<H", image, at + 24 + 70)[0] & 0x140 == 0x140


def test_no_section_is_writable_and_executable(image: bytes) -> None:
    found = sections(image)
    names = [name for name in found if name != ".rodata"]
    assert names == [".text", ".data", ".reloc", ".sbat", ".region"]
    for name, (_, _, _, _, flags) in found.items():
        assert flags & READ
        assert not (flags & WRITE and flags & EXECUTE), name
    assert found[".text"][4] & EXECUTE
    assert found[".data"][4] & WRITE


def test_sections_fit_file_and_memory(image: bytes) -> None:
    end = PAGE
    file_end = struct.unpack_from("<I", image, header(image) + 24 + 60)[0]
    for size, address, raw, offset, _ in sections(image).values():
        assert address % PAGE == 0 and address >= end
        end = address + size
        assert raw % 512 == 0 and offset % 512 == 0 and offset == file_end
        file_end = offset + raw
    assert file_end == len(image)
    image_size = struct.unpack_from("<I", image, header(image) + 24 + 56)[0]
    assert image_size == (end + PAGE - 1) // PAGE * PAGE


def test_zeroed_data_takes_no_room_in_the_file(image: bytes) -> None:
    size, _, raw, _, _ = sections(image)[".data"]
    assert size > 10000 > raw


def test_note_says_where_the_empty_region_is(image: bytes) -> None:
    _, _, raw, offset, _ = sections(image)[".region"]
    note = image.index(b"\x7fUnloop note v1\0")
    place = struct.unpack_from("<III", image, note + 112)
    assert place == (offset, raw, 262144)
    assert not any(image[offset:])


def test_sbat_is_what_shim_reads(image: bytes) -> None:
    size, _, _, offset, _ = sections(image)[".sbat"]
    lines = image[offset:offset + size].decode("ascii").splitlines()
    rows = [line.split(",") for line in lines]
    assert rows[0][:2] == ["sbat", "1"]
    assert rows[1][0] == "unloop" and int(rows[1][1]) > 0
    assert rows[1][4] == "1.2"
    assert all(len(row) == 6 and all(row) for row in rows)


def test_every_pointer_is_relocated(image: bytes, target: Target) -> None:
    found = sections(image)
    size, _, _, offset, _ = found[".reloc"]
    directory = struct.unpack_from(
        "<II", image, header(image) + target.directories + 5 * 8)
    assert directory == (found[".reloc"][1], size)
    pointers = []
    at = offset
    while at < offset + size:
        page, length = struct.unpack_from("<II", image, at)
        assert page % PAGE == 0 and length % 4 == 0 and length >= 8
        for entry in struct.unpack_from(f"<{(length - 8) // 2}H", image,
                                        at + 8):
            assert entry >> 12 in (0, target.pointer_kind)
            if entry >> 12:
                pointers.append(page + (entry & 0xFFF))
        at += length
    values = []
    for name, (_, address, raw, offset, _) in found.items():
        here = [pointer - address + offset for pointer in pointers
                if address <= pointer <= address + raw - target.word]
        # Only on i386 do pointers name data from code.
        assert name != ".text" or not here or target.name == "i386"
        if name != ".text":
            values += [int.from_bytes(image[at:at + target.word], "little")
                       for at in here]
    assert len(values) == 2
    # Both point at `target`, whose value is 5.
    (where,) = set(values)
    _, address, raw, offset, _ = found[".data"]
    assert struct.unpack_from("<i", image, offset + where - address)[0] == 5


def test_entry_point_is_code(image: bytes) -> None:
    entry = struct.unpack_from("<I", image, header(image) + 24 + 16)[0]
    size, address, _, _, _ = sections(image)[".text"]
    assert address <= entry < address + size


def test_checksum_is_right(image: bytes) -> None:
    at = header(image) + 24 + 64
    stored = struct.unpack_from("<I", image, at)[0]
    total = 0
    for i in range(0, len(image), 2):
        if at <= i < at + 4:
            continue
        total += image[i] | image[i + 1] << 8
        total = (total & 0xFFFF) + (total >> 16)
    assert stored == total + len(image)


def test_identity_note_is_filled_in(image: bytes) -> None:
    at = image.find(MAGIC)
    assert 0 <= at < 65536 and at % 16 == 0
    note = image[at:at + 128]
    assert note[32:48] != bytes(16)
    assert note[64:96].rstrip(b"\0") == b"x86_64-efi/test.efi"
    assert struct.unpack_from("<I", note, 124)[0] == zlib.crc32(note[:124])


def test_same_input_gives_same_bytes(tmp_path: Path, image: bytes,
                                     target: Target) -> None:
    assert mkefi(link(tmp_path, target=target),
                 tmp_path / "b.efi").returncode == 0
    assert (tmp_path / "b.efi").read_bytes() == image


def test_name_changes_build_id(tmp_path: Path, image: bytes,
                               target: Target) -> None:
    assert mkefi(link(tmp_path, target=target), tmp_path / "b.efi",
                 "x86_64-efi/other.efi").returncode == 0
    other = (tmp_path / "b.efi").read_bytes()
    at = image.find(MAGIC) + 32
    assert other[at:at + 16] != image[at:at + 16]


def test_program_without_relocations_is_refused(tmp_path: Path) -> None:
    result = mkefi(link(tmp_path, pie=False), tmp_path / "b.efi")
    assert result.returncode == 1
    assert "position-independent" in result.stderr
    assert not (tmp_path / "b.efi").exists()


def test_program_without_note_is_refused(tmp_path: Path) -> None:
    source = SOURCE.replace("'1',\n", "'0',\n")
    result = mkefi(link(tmp_path, source), tmp_path / "b.efi")
    assert result.returncode == 1
    assert "identity note" in result.stderr
    assert not (tmp_path / "b.efi").exists()


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"MZ" + bytes(200),
                                     b"\x7fELF\x02\x01" + b"\xff" * 100])
def test_garbage_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.elf").write_bytes(content)
    result = mkefi(tmp_path / "a.elf", tmp_path / "b.efi")
    assert result.returncode == 1
    assert result.stderr.startswith("mkefi: ")
    assert "Traceback" not in result.stderr
