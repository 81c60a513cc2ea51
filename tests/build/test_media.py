"""USB stick and disc: what is on them, where, and always the same bytes."""
from __future__ import annotations

import os
import struct
import subprocess
import sys
import uuid
import zlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OUT = Path(os.environ.get("O") or ROOT / "out").absolute()
sys.path.insert(0, str(ROOT / "scripts"))
import identity  # noqa: E402

SECTOR = 512
FAT_AT = 1 << 20
ESP = uuid.UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b")
#: File on the medium -> image of the build.
PROGRAMS = {
    "ipxe.lkrn": "ipxe.lkrn",
    "EFI/BOOT/BOOTX64.EFI": "x86_64-efi/ipxe.efi",
    "EFI/BOOT/BOOTIA32.EFI": "i386-efi/ipxe.efi",
    "EFI/BOOT/BOOTAA64.EFI": "arm64-efi/ipxe.efi",
}


def run(*words: object, **environment: str) -> bytes:
    done = subprocess.run(
        [str(word) for word in words], cwd=ROOT, capture_output=True,
        timeout=600, env={**os.environ, "MAKEFLAGS": "", **environment})
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    return done.stdout


@pytest.fixture(scope="module", autouse=True)
def media() -> None:
    run("make", "--no-print-directory", f"O={OUT}", f"-j{os.cpu_count()}",
        "usb", "iso")


def usb() -> bytes:
    return (OUT / "ipxe.usb").read_bytes()


def iso() -> bytes:
    return (OUT / "ipxe.iso").read_bytes()


def fat_file(image: Path, offset: int, path: str) -> bytes:
    return run("mcopy", "-n", "-i", f"{image}@@{offset}", f"::/{path}", "-")


def gpt(disk: bytes, at: int) -> tuple[int, bytes, list[tuple[int, int]]]:
    """Check the GPT header in sector AT; the other header's sector, its GUID,
    and the partitions' first and last sectors. UEFI 2.10 5.3."""
    header = bytearray(disk[at * SECTOR:at * SECTOR + 92])
    (magic, revision, length, crc, _, here, other, first, last, guid, table,
     count, size, table_crc) = struct.unpack("<8sIIIIQQQQ16sQIII", header)
    header[16:20] = bytes(4)
    assert (magic, revision, length) == (b"EFI PART", 0x10000, 92)
    assert zlib.crc32(header) == crc and here == at
    entries = disk[table * SECTOR:table * SECTOR + count * size]
    assert zlib.crc32(entries) == table_crc
    found = []
    for i in range(count):
        kind, _, begin, end = struct.unpack_from("<16s16sQQ", entries,
                                                 i * size)
        if kind != bytes(16):
            assert uuid.UUID(bytes_le=kind) == ESP
            assert first <= begin <= end <= last
            found.append((begin, end))
    return other, guid, found


def check_gpt(disk: bytes) -> tuple[int, int]:
    """Both copies are right and agree; the one partition that they name."""
    last = len(disk) // SECTOR - 1
    other, guid, found = gpt(disk, 1)
    assert other == last
    back, spare_guid, spare = gpt(disk, last)
    assert (back, spare_guid, spare) == (1, guid, found)
    assert len(found) == 1
    return found[0]


def mbr_entries(disk: bytes) -> list[tuple[int, int, int, int]]:
    """Active flag, type, first sector and count of each MBR entry."""
    assert disk[510:512] == b"\x55\xaa"
    return [entry for i in range(4)
            if (entry := struct.unpack_from("<B3xB3xII", disk, 446 + 16 * i)
                )[1] or entry[3]]


def test_stick_has_a_gpt_whose_partition_the_mbr_starts() -> None:
    first, last = check_gpt(usb())
    assert first * SECTOR == FAT_AT
    boot, protective = mbr_entries(usb())
    assert boot == (0x80, 0x0C, first, last - first + 1)
    # UEFI 2.10 table 5.3: it must begin in sector 1.
    assert protective[1:3] == (0xEE, 1)


def test_stick_holds_every_program() -> None:
    for path, image in PROGRAMS.items():
        assert fat_file(OUT / "ipxe.usb", FAT_AT, path) == (
            OUT / image).read_bytes(), path


def test_stick_has_room_for_a_kernel(tmp_path: Path) -> None:
    stick, big = tmp_path / "stick", tmp_path / "vmlinuz"
    stick.write_bytes(usb())
    big.write_bytes(bytes(24 << 20))
    run("mcopy", "-i", f"{stick}@@{FAT_AT}", big, "::/")


def test_size_can_be_chosen(tmp_path: Path) -> None:
    stick = tmp_path / "large.usb"
    run("scripts/mkmedia", "usb", "--images", OUT, "--size", "600", "-o",
        stick, OUT / "ipxe.lkrn", OUT / "x86_64-efi/ipxe.efi")
    assert stick.stat().st_size == 600 << 20
    assert fat_file(stick, FAT_AT, "ipxe.lkrn") == (
        OUT / "ipxe.lkrn").read_bytes()


def test_disc_has_both_boot_entries_and_the_esp() -> None:
    report = run("xorriso", "-indev", OUT / "ipxe.iso", "-report_el_torito",
                 "plain").decode()
    lines = [line.split() for line in report.splitlines()
             if line.startswith("El Torito boot img")]
    assert [line[6] for line in lines] == ["BIOS", "UEFI"]
    first, last = check_gpt(iso())
    assert int(lines[1][-1]) * 2048 == first * SECTOR
    entries = mbr_entries(iso())
    assert (0xEF, first, last - first + 1) in [entry[1:] for entry in entries]
    assert entries[0][0] == 0x80  # the BIOS starts isolinux by this one


def test_disc_holds_every_program(tmp_path: Path) -> None:
    first, _ = check_gpt(iso())
    for path, image in PROGRAMS.items():
        wanted = (OUT / image).read_bytes()
        if path != "ipxe.lkrn":
            assert fat_file(OUT / "ipxe.iso", first * SECTOR, path) == wanted
        run("xorriso", "-osirrox", "on", "-indev", OUT / "ipxe.iso",
            "-extract", f"/{path}", tmp_path / "got")
        assert (tmp_path / "got").read_bytes() == wanted
        (tmp_path / "got").unlink()


@pytest.mark.parametrize("name", ["ipxe.usb", "ipxe.iso"])
def test_note_points_into_the_region_file(name: str, tmp_path: Path) -> None:
    """What is written where the note says is what every firmware reads."""
    medium = tmp_path / name
    image = bytearray((OUT / name).read_bytes())
    at = identity.find(bytes(image[:identity.SCAN_LEN]))
    assert at >= 0
    fields = identity.LAYOUT.unpack_from(image, at)
    assert fields[4].rstrip(b"\0").decode() == name
    offset, length = fields[-4], fields[-3]
    assert bytes(image[offset:offset + length]) == bytes(length)
    content = os.urandom(length)
    image[offset:offset + length] = content
    medium.write_bytes(image)
    fat_at = FAT_AT if name == "ipxe.usb" else check_gpt(image)[0] * SECTOR
    assert fat_file(medium, fat_at, "unloop.region") == content
    if name == "ipxe.iso":
        run("xorriso", "-osirrox", "on", "-indev", medium, "-extract",
            "/unloop.region", tmp_path / "got")
        assert (tmp_path / "got").read_bytes() == content


@pytest.mark.parametrize("kind", ["usb", "iso"])
def test_another_day_and_time_zone_give_the_same_bytes(
    kind: str, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    run("faketime", "2031-02-03 04:05:06", "scripts/mkmedia", kind,
        "--images", OUT, "-o", again,
        *(OUT / image for image in PROGRAMS.values()),
        TZ="Asia/Tokyo", SOURCE_DATE_EPOCH="1763683200")
    assert again.read_bytes() == (OUT / f"ipxe.{kind}").read_bytes()


def test_other_files_give_other_serial_numbers(tmp_path: Path) -> None:
    other = tmp_path / "other"
    run("scripts/mkmedia", "usb", "--images", OUT, "-o", other,
        OUT / "x86_64-efi/ipxe.efi")
    assert gpt(other.read_bytes(), 1)[1] != gpt(usb(), 1)[1]


def test_what_has_no_place_is_refused_by_name(tmp_path: Path) -> None:
    done = subprocess.run(
        ["scripts/mkmedia", "usb", "--images", OUT, "-o", tmp_path / "x",
         OUT / "x86_64-efi/snponly.efi"], cwd=ROOT, capture_output=True,
        text=True, timeout=60)
    assert done.returncode == 1
    assert "snponly.efi has no place" in done.stderr
    assert not (tmp_path / "x").exists()


def distro(tmp_path: Path, program: bytes) -> Path:
    """A stick around a made-up distribution's iPXE."""
    folder = tmp_path / "ipxe"
    folder.mkdir()
    (folder / "ipxe.efi").write_bytes(program)
    (tmp_path / "starter.efi").write_bytes(b"starter")
    run("scripts/mkmedia", "usb", "--distro", folder, "-o",
        tmp_path / "ipxe.usb", tmp_path / "starter.efi", "embed/medium.ipxe",
        "embed/unloop.ipxe")
    return tmp_path / "ipxe.usb"


def test_old_ipxe_is_started_by_the_starter(tmp_path: Path) -> None:
    stick = distro(tmp_path, b"MZ an old one")
    assert fat_file(stick, FAT_AT, "EFI/BOOT/BOOTX64.EFI") == b"starter"
    assert fat_file(stick, FAT_AT, "EFI/BOOT/ipxe.efi") == b"MZ an old one"
    check_gpt(stick.read_bytes())


def test_ipxe_that_reads_autoexec_is_started_itself(tmp_path: Path) -> None:
    program = b"MZ" + "autoexec.ipxe".encode("utf-16-le")
    stick = distro(tmp_path, program)
    assert fat_file(stick, FAT_AT, "EFI/BOOT/BOOTX64.EFI") == program
    assert fat_file(stick, FAT_AT, "EFI/BOOT/autoexec.ipxe") == (
        ROOT / "embed/medium.ipxe").read_bytes()
    assert fat_file(stick, FAT_AT, "unloop.ipxe") == (
        ROOT / "embed/unloop.ipxe").read_bytes()


def test_distribution_without_ipxe_is_told_what_to_install(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", f"O={OUT}", "usb", "PAYLOAD=distro",
         f"DISTRO_DIR={tmp_path}"], cwd=ROOT, capture_output=True, text=True,
        timeout=600, env={**os.environ, "MAKEFLAGS": ""})
    assert done.returncode != 0
    assert "install the package ipxe" in done.stderr
