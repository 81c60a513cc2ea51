"""scripts/mkefirom: option ROMs as firmware walks through them."""
from __future__ import annotations

import re
import struct
import subprocess
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest
from test_mkefi import MAGIC, ROOT, TARGETS, link, mkefi


@dataclass(frozen=True)
class RomImage:
    """What the headers of one image in a ROM say."""
    subsystem: int
    machine: int
    vendor: int
    device: int
    class_code: bytes
    code_type: int
    is_packed: bool
    driver: bytes  # from where it begins to the end of the image


def mkefirom(output: Path, *drivers: Path | str,
             card: str = "8086100e") -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, ROOT / "scripts/mkefirom", "--id", card, "-o",
         output, *drivers],
        capture_output=True, text=True, timeout=60, check=False)


def walk(rom: bytes) -> list[RomImage]:
    """All images; PCI Firmware 3.0 5.1, UEFI 2.10 14.4.2."""
    images = []
    at = 0
    while True:
        magic, blocks, efi, subsystem, machine, packed, pe, pcir = (
            struct.unpack_from("<HHIHHH8xHH", rom, at))
        assert (magic, efi) == (0xAA55, 0x0EF1) and packed in (0, 1)
        signature, vendor, device, length, revision, class_code = (
            struct.unpack_from("<4sHH2xHB3s", rom, at + pcir))
        assert (signature, length, revision) == (b"PCIR", 0x1C, 3)
        pcir_blocks, code_type, indicator = struct.unpack_from(
            "<H2xBB", rom, at + pcir + 16)
        assert pcir % 4 == 0 and pcir_blocks == blocks
        end = at + blocks * 512
        assert end <= len(rom)
        images.append(RomImage(subsystem, machine, vendor, device, class_code,
                               code_type, bool(packed), rom[at + pe:end]))
        at = end
        if indicator & 0x80:
            assert at == len(rom)
            return images


@pytest.fixture(scope="module", name="drivers")
def make_drivers(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A driver for each processor, made as the build makes them."""
    made = []
    for target in TARGETS:
        folder = tmp_path_factory.mktemp(target.name)
        made.append(folder / "driver.efi")
        result = mkefi(link(folder, target=target), made[-1], "rom/test.efirom",
                       "--driver")
        assert result.returncode == 0, result.stderr
    return made


def test_each_processor_has_its_image(tmp_path: Path,
                                      drivers: list[Path]) -> None:
    result = mkefirom(tmp_path / "a.efirom", *drivers)
    assert result.returncode == 0, result.stderr
    images = walk((tmp_path / "a.efirom").read_bytes())
    assert [image.machine for image in images] == [
        target.machine for target in TARGETS]
    for image, driver in zip(images, drivers):
        assert (image.vendor, image.device) == (0x8086, 0x100E)
        assert image.class_code == b"\0\0\2"  # an Ethernet controller
        assert (image.code_type, image.subsystem) == (3, 11)
        assert not image.is_packed
        data = driver.read_bytes()
        assert image.driver[:len(data)] == data
        assert not image.driver[len(data):].strip(b"\0")


def test_compressed_driver_says_so(tmp_path: Path,
                                   drivers: list[Path]) -> None:
    packed = tmp_path / "packed"
    subprocess.run([sys.executable, ROOT / "scripts/uefi-compress",
                    drivers[0], "-o", packed], timeout=60, check=True)
    result = mkefirom(tmp_path / "a.efirom", f"{drivers[0]}={packed}",
                      drivers[1])
    assert result.returncode == 0, result.stderr
    first, second = walk((tmp_path / "a.efirom").read_bytes())
    assert first.is_packed and not second.is_packed
    assert first.driver.startswith(packed.read_bytes())
    # Of another driver: refused.
    result = mkefirom(tmp_path / "b.efirom", f"{drivers[1]}={packed}")
    assert result.returncode == 1 and "was not made of it" in result.stderr


def test_note_and_region_are_outside_of_the_drivers(
        tmp_path: Path, drivers: list[Path]) -> None:
    assert mkefirom(tmp_path / "a.efirom", *drivers).returncode == 0
    rom = (tmp_path / "a.efirom").read_bytes()
    at = rom.find(MAGIC)
    assert at % 16 == 0
    note = rom[at:at + 128]
    assert note[64:96].rstrip(b"\0") == b"rom/8086100e.efirom"
    offset, length, limit, crc = struct.unpack_from("<IIII", note, 112)
    assert crc == zlib.crc32(note[:124]) and length == limit == 8192
    assert not rom[offset:offset + length].strip(b"\0")
    # In the first image, before its driver.
    first_driver = struct.unpack_from("<H", rom, 22)[0]
    assert at + 128 <= offset and offset + length <= first_driver


def test_same_input_gives_same_bytes(tmp_path: Path,
                                     drivers: list[Path]) -> None:
    for name in ("a", "b"):
        assert mkefirom(tmp_path / name, *drivers).returncode == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_application_is_refused(tmp_path: Path) -> None:
    assert mkefi(link(tmp_path), tmp_path / "a.efi").returncode == 0
    result = mkefirom(tmp_path / "a.efirom", tmp_path / "a.efi")
    assert result.returncode == 1
    assert "an application" in result.stderr
    assert not (tmp_path / "a.efirom").exists()


@pytest.mark.parametrize("content", [b"", b"MZ", b"MZ" + bytes(100),
                                     b"MZ" + b"\xff" * 100])
def test_garbage_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.efi").write_bytes(content)
    result = mkefirom(tmp_path / "a.efirom", tmp_path / "a.efi")
    assert result.returncode == 1
    assert result.stderr.startswith("mkefirom: ")
    assert "Traceback" not in result.stderr


def dry_make(out: Path, *words: str) -> subprocess.CompletedProcess:
    """What make would do, with everything still to be done."""
    return subprocess.run(
        ["make", "-n", f"O={out}", *words], cwd=ROOT,
        capture_output=True, text=True, timeout=120, check=False)


def test_folder_says_which_processors(tmp_path: Path) -> None:
    """And make's variable, where there is no folder."""
    expected = {
        "8086100e": ("rom/8086100e.efirom", ["arm64", "i386"]),
        "x86_64/8086100e": ("rom/x86_64/8086100e.efirom", ["x86_64"]),
        # Too long a name for the note.
        "x86_64+arm64/8086100e": (None, ["x86_64", "arm64"]),
    }
    done = dry_make(tmp_path, "EFIROM_ARCHES=arm64 i386",
                    *(f"{tmp_path}/rom/{file}.efirom" for file in expected))
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.replace("\\\n", "").splitlines()
             if "scripts/mkefirom --id" in line]
    found = {}
    for line in lines:
        file, = re.findall(r"-o \S+/rom/(\S+)\.efirom", line)
        name = re.findall(r"--format (\S+)", line)
        found[file] = (name[0] if name else None,
                       re.findall(r"obj/efi-(\w+)/rom-intel\.efi=", line))
    assert found == expected


def test_default_is_x86_64_alone(tmp_path: Path) -> None:
    done = dry_make(tmp_path, f"{tmp_path}/rom/8086100e.efirom")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"obj/efi-(\w+)/rom-intel\.efi=", done.stdout) == [
        "x86_64"]


@pytest.mark.parametrize("file, why", [
    ("12345678.efirom", "no driver here knows this card"),
    ("x86_64+alpha/8086100e.efirom", "alpha: no processor"),
])
def test_what_there_is_no_rom_for_is_refused_by_make(file: str,
                                                     why: str,
                                                     tmp_path: Path) -> None:
    done = dry_make(tmp_path, f"{tmp_path}/rom/{file}")
    assert done.returncode != 0
    assert why in done.stderr


def test_name_goes_into_the_note(tmp_path: Path, drivers: list[Path]) -> None:
    rom = tmp_path / "a.efirom"
    result = mkefirom(rom, "--format", "rom/arm64/8086100e.efirom", *drivers)
    assert result.returncode == 0, result.stderr
    at = rom.read_bytes().find(MAGIC)
    assert rom.read_bytes()[at + 64:at + 96].rstrip(b"\0") == \
        b"rom/arm64/8086100e.efirom"
    result = mkefirom(tmp_path / "b.efirom", "--format", 32 * "x", *drivers)
    assert result.returncode == 1 and "longer than 31 bytes" in result.stderr
