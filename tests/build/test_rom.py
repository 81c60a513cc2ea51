"""The option ROMs that scripts/mkbios makes: what a BIOS looks at."""
from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OUT = Path(os.environ.get("O", ROOT / "out")).resolve()
CARD = "8086100e"


@pytest.fixture(scope="module", name="rom")
def find_rom() -> bytes:
    path = OUT / "rom" / f"{CARD}.rom"
    if not path.exists():
        pytest.skip(f"{path} is not built")
    return path.read_bytes()


def length(rom: bytes) -> int:
    return rom[2] * 512


def test_file_is_as_large_as_flash_memories_and_padded(rom: bytes) -> None:
    assert len(rom) == 65536
    assert set(rom[length(rom):]) <= {0xFF}


def test_all_bytes_of_the_rom_add_up_to_nothing(rom: bytes) -> None:
    assert rom[:2] == b"\x55\xaa"
    assert sum(rom[:length(rom)]) % 256 == 0


def test_pci_data_names_the_card_and_its_relatives(rom: bytes) -> None:
    at, = struct.unpack_from("<H", rom, 0x18)
    (magic, vendor, device, devices, size, revision, *kind, units, _, code,
     indicator) = struct.unpack_from("<4sHHHHB3BHHBB", rom, at)
    assert (magic, f"{vendor:04x}{device:04x}") == (b"PCIR", CARD)
    assert (size, revision, kind) == (0x1C, 3, [0, 0, 2])
    assert (units * 512, code, indicator) == (length(rom), 0, 0x80)
    listed = []
    while entry := struct.unpack_from("<H", rom, at + devices
                                      + 2 * len(listed))[0]:
        listed.append(f"{vendor:04x}{entry:04x}")
    known = subprocess.run([sys.executable, ROOT / "scripts/nic-ids"],
                           capture_output=True, text=True, check=True)
    cards = [line.split("\t") for line in known.stdout.splitlines()]
    folder = next(c[2] for c in cards if c[0] + c[1] == CARD)
    assert listed == [c[0] + c[1] for c in cards if c[2] == folder]


def test_plug_and_play_header_offers_to_boot(rom: bytes) -> None:
    at, = struct.unpack_from("<H", rom, 0x1A)
    assert rom[at : at + 4] == b"$PnP" and at % 16 == 0
    assert sum(rom[at : at + 16 * rom[at + 5]]) % 256 == 0
    boot, = struct.unpack_from("<H", rom, at + 0x1A)
    assert 0 < boot < length(rom)


def test_note_says_which_file_it_is(rom: bytes) -> None:
    said = subprocess.run(
        [sys.executable, ROOT / "scripts/identity.py",
         OUT / "rom" / f"{CARD}.rom"],
        capture_output=True, text=True, check=True).stdout
    assert f"rom/{CARD}.rom" in said
