"""scripts/mkefi --stub: applications that unpack themselves."""
from __future__ import annotations

import lzma
import struct
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest
from test_mkefi import (EXECUTE, MAGIC, PAGE, ROOT, SOURCE, TARGETS, WRITE,
                        Target, header, link, mkefi, sections)

STUB = r"""
extern const unsigned char packed_program[]
	__attribute__((visibility("hidden")));
long efi_main(void);
long efi_main(void)
{
	return packed_program[0] + "words"[packed_program[1]];
}
"""


def link_stub(folder: Path, target: Target, source: str = STUB) -> Path:
    """Link a stub as the build links that of the firmware."""
    folder.mkdir(exist_ok=True)
    (folder / "stub.c").write_text(source)
    subprocess.run(
        [target.prefix + "gcc", "-Os", "-ffreestanding", *target.compile,
         "-fvisibility=hidden", "-fno-asynchronous-unwind-tables",
         "-c", "-o", folder / "stub.o", folder / "stub.c"],
        check=True, timeout=60)
    subprocess.run(
        [target.prefix + "ld", *target.link,
         "-T", ROOT / "ipxe-src/platform/efi/packed/stub.lds", "-pie",
         "--no-dynamic-linker", "-z", "noexecstack",
         "-o", folder / "stub.elf", folder / "stub.o"],
        check=True, timeout=60, capture_output=True)
    return folder / "stub.elf"


@dataclass
class Unpacked:
    """A packed application, and what its stub would have in memory."""
    target: Target
    image: bytes
    note: bytes
    program_len: int
    memory_len: int
    rodata: int
    data: int
    entry: int
    program: bytes
    pointers: list[int]  # their offsets

    def pointer(self, at: int) -> int:
        return int.from_bytes(self.program[at:at + self.target.word],
                              "little")


def unpack(image: bytes, target: Target) -> Unpacked:
    """What packed.h says, done in another language."""
    at = image.find(MAGIC)
    head = image[at + 128:at + 128 + 40]
    (packed_len, program_len, pointers_len, memory_len, rodata, data, entry,
     crc, lc, lp, pb, _, head_crc) = struct.unpack(
        "<8I4BI", head[:36] + image[at + 164:at + 168])
    assert head_crc == zlib.crc32(head[:36])
    stream = image[at + 168:at + 168 + packed_len]
    assert len(stream) == packed_len
    plain = lzma.decompress(stream, format=lzma.FORMAT_RAW, filters=[{
        "id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb,
        "dict_size": 1 << 23}])
    assert len(plain) == program_len + pointers_len
    assert zlib.crc32(plain) == crc
    # With the decoder's scratch.
    assert memory_len >= len(plain) + 2 * (1847 + (0x300 << (lc + lp)))
    pointers = []
    place = 0
    for step in plain[program_len:]:
        place += step
        if step != 255:
            pointers.append(place)
    return Unpacked(target, image, image[at:at + 128], program_len,
                    memory_len, rodata, data, entry, plain[:program_len],
                    pointers)


@pytest.fixture(scope="module", name="packed", params=TARGETS,
                ids=lambda target: target.name)
def make_packed(request: pytest.FixtureRequest,
                tmp_path_factory: pytest.TempPathFactory) -> Unpacked:
    folder = tmp_path_factory.mktemp("packed")
    stub = link_stub(folder, request.param)
    result = mkefi(link(folder, target=request.param), folder / "a.efi",
                   "x86_64-efi/test.efi", "--stub", stub)
    assert result.returncode == 0, result.stderr
    return unpack((folder / "a.efi").read_bytes(), request.param)


def test_file_has_code_and_read_only_data_alone(packed: Unpacked) -> None:
    found = sections(packed.image)
    assert list(found) == [".text", ".rodata", ".reloc", ".sbat", ".region"]
    assert [name for name, row in found.items() if row[4] & EXECUTE] == [
        ".text"]
    assert not any(row[4] & WRITE for row in found.values())
    machine, = struct.unpack_from("<H", packed.image, header(packed.image) + 4)
    assert machine == packed.target.machine
    # The note is where tools and we ourselves look for it.
    at = packed.image.find(MAGIC)
    _, _, raw, offset, _ = found[".rodata"]
    assert at % 16 == 0 and offset <= at < min(offset + raw, 65536)


def test_region_and_sbat_are_outside_of_what_is_packed(
        packed: Unpacked) -> None:
    _, _, raw, offset, _ = sections(packed.image)[".region"]
    assert struct.unpack_from("<III", packed.note, 112) == (
        offset, raw, 262144)
    assert offset + raw == len(packed.image)
    assert b"unloop,1,Unloop,unloop,1.2," in packed.image


def test_packed_program_knows_itself_by_the_same_build_id(
        packed: Unpacked) -> None:
    at = packed.program.find(MAGIC)
    inner = packed.program[at:at + 128]
    assert inner[:112] == packed.note[:112]
    assert inner[32:48] != bytes(16)
    assert inner[64:96].rstrip(b"\0") == b"x86_64-efi/test.efi"
    for note in inner, packed.note:
        assert struct.unpack_from("<I", note, 124)[0] == zlib.crc32(note[:124])


def test_segments_are_on_pages_of_their_own(packed: Unpacked) -> None:
    assert 0 < packed.rodata <= packed.data < packed.memory_len
    assert packed.entry < packed.rodata
    for start in packed.rodata, packed.data, packed.memory_len:
        assert start % PAGE == 0
    # .bss is not in the file.
    assert packed.program_len < 10000 + packed.data < packed.memory_len


def test_pointers_are_listed_as_offsets(packed: Unpacked) -> None:
    """Both of the source's point at `target`, whose value is 5."""
    word = packed.target.word
    data = [at for at in packed.pointers if at >= packed.rodata]
    assert len(data) == 2
    # Only on i386 do pointers name data from code.
    assert data == packed.pointers or packed.target.name == "i386"
    (where,) = {packed.pointer(at) for at in data}
    assert packed.data <= where <= packed.program_len - 4
    assert struct.unpack_from("<i", packed.program, where)[0] == 5
    assert all(packed.pointer(at) < packed.memory_len and
               at + word <= packed.program_len for at in packed.pointers)


def test_far_pointers_are_listed(tmp_path: Path) -> None:
    """More than one step of 255 bytes apart, and by a whole number of them."""
    source = SOURCE + """
struct far {
	int *first;
	char gap[255 * 8 - sizeof(int *)];
	int *second;
	char more[3000];
	int *third;
};
struct far far = {.first = &target, .second = &target, .third = &target};
"""
    target = TARGETS[0]
    result = mkefi(link(tmp_path, source), tmp_path / "a.efi",
                   "x86_64-efi/test.efi", "--stub",
                   link_stub(tmp_path, target))
    assert result.returncode == 0, result.stderr
    packed = unpack((tmp_path / "a.efi").read_bytes(), target)
    values = [packed.pointer(at) for at in packed.pointers]
    assert len(values) == 5 and len(set(values)) == 1
    steps = [b - a for a, b in zip(packed.pointers, packed.pointers[1:])]
    assert 255 * 8 in steps and 3000 + 8 in steps


def test_same_input_gives_same_bytes(tmp_path: Path, packed: Unpacked) -> None:
    stub = link_stub(tmp_path, packed.target)
    result = mkefi(link(tmp_path, target=packed.target), tmp_path / "b.efi",
                   "x86_64-efi/test.efi", "--stub", stub)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "b.efi").read_bytes() == packed.image


def test_another_stub_is_another_build(tmp_path: Path,
                                       packed: Unpacked) -> None:
    stub = link_stub(tmp_path, packed.target, STUB.replace("words", "other"))
    result = mkefi(link(tmp_path, target=packed.target), tmp_path / "b.efi",
                   "x86_64-efi/test.efi", "--stub", stub)
    assert result.returncode == 0, result.stderr
    other = unpack((tmp_path / "b.efi").read_bytes(), packed.target)
    assert other.note[32:48] != packed.note[32:48]


def test_stub_of_another_processor_is_refused(tmp_path: Path) -> None:
    stub = link_stub(tmp_path, TARGETS[2])
    result = mkefi(link(tmp_path), tmp_path / "b.efi", "x86_64-efi/test.efi",
                   "--stub", stub)
    assert result.returncode == 1 and "of that processor" in result.stderr
    assert not (tmp_path / "b.efi").exists()


def test_whole_program_is_no_stub(tmp_path: Path) -> None:
    elf = link(tmp_path)
    result = mkefi(elf, tmp_path / "b.efi", "x86_64-efi/test.efi", "--stub",
                   elf)
    assert result.returncode == 1 and "read-only data alone" in result.stderr


def test_stub_with_variables_does_not_link(tmp_path: Path) -> None:
    source = STUB + "int variable = 1;\nint *used(void);\n" \
        "int *used(void) { return &variable; }\n"
    with pytest.raises(subprocess.CalledProcessError) as error:
        link_stub(tmp_path, TARGETS[0], source)
    assert b"no memory for variables" in error.value.stderr


def test_program_without_note_is_refused(tmp_path: Path) -> None:
    source = SOURCE.replace("'1',\n", "'0',\n")
    result = mkefi(link(tmp_path, source), tmp_path / "b.efi",
                   "x86_64-efi/test.efi", "--stub",
                   link_stub(tmp_path, TARGETS[0]))
    assert result.returncode == 1 and "identity note" in result.stderr
