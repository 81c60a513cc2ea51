# SPDX-License-Identifier: BSD-2-Clause-Patent
"""unloop customise and inspect on real images and on what only looks like one.

What the firmware makes of it, the lab shows; here it is the bytes.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path
from types import ModuleType

import pytest

from unloopd import ROOT, UNLOOPD, WAIT, environment

UNLOOP = UNLOOPD.parent / "unloop"
OUT = Path(os.environ.get("O") or ROOT / "out").absolute()
SCRIPT = b"#!ipxe\necho from the image\nshell\n"


def load(name: str) -> ModuleType:
    """A program of scripts/ as a module."""
    sys.path.insert(0, str(ROOT / "scripts"))
    loader = importlib.machinery.SourceFileLoader(
        name.removesuffix(".py"), str(ROOT / "scripts" / name))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


identity = load("identity.py")
mkefi = load("mkefi")

#: Every image that is built, by its name below out/.
IMAGES = [name for name in re.findall(
    r"call image,([^,]+),", (ROOT / "config/images.mk").read_text())
    if name != "FILE" and (OUT / name).exists()]
#: Media and ROMs are made of those.
IMAGES += [str(path.relative_to(OUT)) for path in (
    OUT / "ipxe.usb", OUT / "ipxe.iso", *sorted(OUT.glob("rom/**/*rom")))
    if path.exists() and str(path.relative_to(OUT)) not in IMAGES]
if not IMAGES:
    pytest.skip("no image is built", allow_module_level=True)


def unloop(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(UNLOOP), *map(str, arguments)], text=True,
                          capture_output=True, timeout=WAIT,
                          env=environment())


def customise(*arguments: str | Path) -> None:
    result = unloop("customise", *arguments)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""


def refused(path: Path, *arguments: str | Path) -> str:
    """The sentence with which it is refused; nothing may have changed."""
    before = path.read_bytes() if path.exists() else None
    names = sorted(os.listdir(path.parent))
    result = unloop("customise", *arguments, path)
    assert result.returncode == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert (path.read_bytes() if path.exists() else None) == before
    assert sorted(os.listdir(path.parent)) == names
    return result.stderr


def note(data: bytes) -> tuple[int, int, int]:
    """Place, room and limit of the region, from a note that is whole."""
    at = identity.find(data[:identity.SCAN_LEN])
    assert at >= 0
    fields = identity.LAYOUT.unpack_from(data, at)
    return fields[6], fields[7], fields[8]


def entries(data: bytes) -> list[tuple[int, bytes, bytes]]:
    """Kind, name and value of all entries of an image (core/region.h)."""
    at, room, _ = note(data)
    return region_entries(data[at:at + room])


def region_entries(region: bytes) -> list[tuple[int, bytes, bytes]]:
    if not region or not region[0]:
        return []
    assert region[:8] == b"\x7fUregn\0\1"
    length, = struct.unpack_from("<I", region, 8)
    end = 12 + length
    assert struct.unpack_from("<I", region, end)[0] == zlib.crc32(region[:end])
    found, at = [], 12
    while at < end:
        kind, name_len, value_len = struct.unpack_from("<BBI", region, at)
        name = region[at + 6:at + 6 + name_len]
        at += 6 + name_len
        found.append((kind, name, region[at:at + value_len]))
        at += value_len
    assert at == end
    return found


@pytest.fixture(params=IMAGES)
def image(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / Path(request.param).name
    shutil.copyfile(OUT / request.param, path)
    return path


@pytest.fixture
def kpxe(tmp_path: Path) -> Path:
    path = tmp_path / "undionly.kpxe"
    if "undionly.kpxe" not in IMAGES:
        pytest.skip("undionly.kpxe is not built")
    shutil.copyfile(OUT / "undionly.kpxe", path)
    return path


@pytest.fixture
def efi(tmp_path: Path) -> Path:
    if "x86_64-efi/snponly.efi" not in IMAGES:
        pytest.skip("x86_64-efi/snponly.efi is not built")
    path = tmp_path / "snponly.efi"
    shutil.copyfile(OUT / "x86_64-efi/snponly.efi", path)
    return path


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "site.ipxe"
    path.write_bytes(SCRIPT)
    return path


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ca.pem, ca.der (the same), server.pem, ca.key."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True,
                       capture_output=True, timeout=WAIT)

    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt",
           "ec_paramgen_curve:P-256", "-nodes", "-days", "30")
    openssl(*new, "-subj", "/CN=Test Authority", "-keyout", "ca.key", "-out",
            "ca.pem")
    openssl("x509", "-in", "ca.pem", "-outform", "DER", "-out", "ca.der")
    openssl(*new, "-subj", "/CN=server", "-addext",
            "basicConstraints=critical,CA:FALSE", "-keyout", "server.key",
            "-out", "server.pem")
    return folder


def make_medium(folder: Path, donor: Path, room: int = 4096) -> Path:
    """What a stick or disc is to customise: a region inside of the file."""
    data = donor.read_bytes()
    at = identity.find(data[:65536])
    given = identity.for_medium(data[at:at + identity.LAYOUT.size],
                                "ipxe.usb", 100000, room)
    medium = bytearray(os.urandom(100000)) + bytes(room) + os.urandom(5000)
    medium[32768:32768 + len(given)] = given
    path = folder / "ipxe.usb"
    path.write_bytes(medium)
    return path


def make_rom(folder: Path, donor: Path) -> Path:
    """An option ROM (PCI Firmware 3.0 5.1) with room behind its code."""
    data = donor.read_bytes()
    at = identity.find(data[:65536])
    rom = bytearray(3000) + bytes(-3000 % 512)
    rom[:3] = b"\x55\xaa" + bytes([len(rom) // 512])
    rom[24:26] = struct.pack("<H", 64)
    rom[64:64 + 24] = struct.pack("<4s4xHHHxxxHHBBH", b"PCIR", 0, 24, 3,
                                  len(rom) // 512, 1, 0, 0x80, 0)[:24]
    rom[64 + 16:64 + 18] = struct.pack("<H", len(rom) // 512)
    rom[64 + 20:64 + 22] = bytes([0, 0x80])
    rom[1024:1024 + identity.LAYOUT.size] = identity.with_region(
        data[at:at + identity.LAYOUT.size], 2992, 0, 65535 - 2992)
    rom[6] = -sum(rom) & 0xFF
    path = folder / "10ec8139.rom"
    path.write_bytes(rom)
    return path


# --- what it does -----------------------------------------------------------

def test_all_kinds_are_put_in(image: Path, script: Path,
                              certificates: Path) -> None:
    customise("--script", script, "--set", "resolver=http://a/b?c=d", "--set",
              "net0/ip=10.0.0.1", "--trust", certificates / "ca.pem", image)
    der = (certificates / "ca.der").read_bytes()
    assert entries(image.read_bytes()) == [
        (1, b"", SCRIPT), (2, b"resolver", b"http://a/b?c=d"),
        (2, b"net0/ip", b"10.0.0.1"), (3, b"", der)]
    if image.suffix == ".rom":
        data = image.read_bytes()
        assert sum(data[:data[2] * 512]) & 0xFF == 0


def test_taking_all_out_gives_the_built_file(image: Path) -> None:
    before = image.read_bytes()
    customise("--set", "a=" + "x" * min(9000, note(before)[2] - 23), image)
    assert image.read_bytes() != before
    customise("--reset", image)
    assert image.read_bytes() == before


def test_only_region_note_and_sums_change(image: Path) -> None:
    before = image.read_bytes()
    customise("--set", "a=b", image)
    after = image.read_bytes()
    place, _, _ = note(before)
    changed = [i for i in range(min(place, len(before)))
               if before[i] != after[i]]
    # The note's length and CRC, and what headers tell of sizes and sums.
    assert len(changed) <= 20
    at = identity.find(before[:65536])
    assert before[at:at + 112] == after[at:at + 112]


def test_earlier_entries_stay(kpxe: Path, script: Path) -> None:
    customise("--set", "a=1", "--set", "b=2", kpxe)
    customise("--script", script, "--set", "a=3", kpxe)
    assert entries(kpxe.read_bytes()) == [
        (2, b"a", b"3"), (2, b"b", b"2"), (1, b"", SCRIPT)]
    customise("--no-script", "--set", "b=", kpxe)
    assert entries(kpxe.read_bytes()) == [(2, b"a", b"3")]


def test_o_leaves_the_image_alone(kpxe: Path, tmp_path: Path) -> None:
    before = kpxe.read_bytes()
    customise("--set", "a=b", "-o", tmp_path / "other", kpxe)
    assert kpxe.read_bytes() == before
    assert entries((tmp_path / "other").read_bytes()) == [(2, b"a", b"b")]


def test_mode_stays_and_a_link_is_followed(kpxe: Path, tmp_path: Path) -> None:
    kpxe.chmod(0o640)
    (tmp_path / "link").symlink_to(kpxe.name)
    customise("--set", "a=b", tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert kpxe.stat().st_mode & 0o777 == 0o640
    assert entries(kpxe.read_bytes()) == [(2, b"a", b"b")]


@pytest.mark.parametrize("length", [1, 4000, 4096, 5000, 100000, 261000])
def test_efi_program_stays_well_formed(efi: Path, length: int) -> None:
    customise("--set", "a=" + "x" * length, efi) if length < 100000 else \
        customise_big(efi, length)
    data = efi.read_bytes()
    pe, = struct.unpack_from("<I", data, 60)
    optional = pe + 24
    count, = struct.unpack_from("<H", data, pe + 6)
    last = optional + struct.unpack_from("<H", data, pe + 20)[0] + 40 * (
        count - 1)
    virtual, address, raw, offset = struct.unpack_from("<IIII", data, last + 8)
    assert data[last:last + 8] == b".region\0"
    assert raw == virtual and offset + raw == len(data) and raw % 4096 == 0
    assert note(data)[:2] == (offset, raw)
    size, = struct.unpack_from("<I", data, optional + 56)
    assert size == (address + raw + 4095) // 4096 * 4096
    assert struct.unpack_from("<I", data, optional + 64)[0] == mkefi.checksum(
        data, optional + 64)


def customise_big(path: Path, length: int) -> None:
    script = path.parent / "big.ipxe"
    script.write_bytes(b"#!ipxe\n" + b"#" * (length - 7))
    customise("--script", script, path)


def test_stick_is_changed_in_place(kpxe: Path, tmp_path: Path) -> None:
    medium = make_medium(tmp_path, kpxe)
    before = medium.read_bytes()
    customise("--set", "a=b", medium)
    after = medium.read_bytes()
    assert len(after) == len(before)
    assert entries(after) == [(2, b"a", b"b")]
    assert after[:100000] == before[:100000]
    assert after[104096:] == before[104096:]


def test_rom_grows_with_its_sizes_and_sum(kpxe: Path, tmp_path: Path) -> None:
    rom = make_rom(tmp_path, kpxe)
    for length in (10, 79, 80, 1000, 20000):
        customise("--set", "a=" + "x" * length, rom)
        data = rom.read_bytes()
        assert entries(data) == [(2, b"a", b"x" * length)]
        assert len(data) % 512 == 0
        assert data[2] * 512 == len(data)
        assert struct.unpack_from("<H", data, 64 + 16)[0] * 512 == len(data)
        assert sum(data) & 0xFF == 0
    customise("--reset", rom)
    after = rom.read_bytes()
    assert entries(after) == [] and sum(after[:3072]) & 0xFF == 0
    assert len(after) == len(data) and after[2] * 512 == 3072


def test_padding_behind_a_rom_is_kept(kpxe: Path, tmp_path: Path) -> None:
    rom = make_rom(tmp_path, kpxe)
    with rom.open("ab") as stream:
        stream.write(b"\xff" * (65536 - 3072))
    customise("--set", "a=" + "x" * 1000, rom)
    data = rom.read_bytes()
    assert len(data) == 65536 and data[-1] == 0xFF
    assert sum(data[:data[2] * 512]) & 0xFF == 0
    assert entries(data) == [(2, b"a", b"x" * 1000)]


def test_file_beside_a_program(efi: Path, tmp_path: Path) -> None:
    before = efi.read_bytes()
    customise("--beside", "--set", "a=b", efi)
    customise("--beside", "--set", "c=d", efi)
    assert efi.read_bytes() == before
    region = tmp_path / "unloop.region"
    assert region_entries(region.read_bytes()) == [
        (2, b"a", b"b"), (2, b"c", b"d")]
    customise("--set", "a=", region)
    assert region_entries(region.read_bytes()) == [(2, b"c", b"d")]
    assert "c = d" in unloop("inspect", region).stdout


def test_empty_file_of_a_medium_keeps_its_size(tmp_path: Path) -> None:
    region = tmp_path / "unloop.region"
    region.write_bytes(bytes(65536))
    customise("--set", "a=b", region)
    assert len(region.read_bytes()) == 65536
    assert region_entries(region.read_bytes()) == [(2, b"a", b"b")]


def test_der_and_pem_are_the_same_certificate(kpxe: Path,
                                              certificates: Path) -> None:
    customise("--trust", certificates / "ca.der", kpxe)
    customise("--trust", certificates / "ca.pem", kpxe)
    assert len(entries(kpxe.read_bytes())) == 1
    customise("--no-trust", kpxe)
    assert entries(kpxe.read_bytes()) == []


# --- what it refuses -----------------------------------------------------------

def test_too_large_is_refused_with_both_sizes(kpxe: Path,
                                              tmp_path: Path) -> None:
    room = note(kpxe.read_bytes())[2]
    big = tmp_path / "big.ipxe"
    big.write_bytes(b"#!ipxe\n".ljust(room, b"#"))
    sentence = refused(kpxe, "--script", big)
    # Head, checksum and the entry's own head come to it.
    assert f"{room + 22} bytes" in sentence and str(room) in sentence
    big.write_bytes(b"#!ipxe\n".ljust(room - 22, b"#"))
    customise("--script", big, kpxe)


def test_what_is_not_ours_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "pxelinux.0"
    other.write_bytes(os.urandom(70000))
    assert "not an image of this product" in refused(other, "--set", "a=b")
    other.write_bytes(b"")
    assert "not an image of this product" in refused(other, "--set", "a=b")


def test_cut_short_is_refused(efi: Path) -> None:
    efi.write_bytes(efi.read_bytes()[:-5000])
    assert "cut short" in refused(efi, "--set", "a=b")


def test_something_behind_is_refused(kpxe: Path) -> None:
    with kpxe.open("ab") as stream:
        stream.write(b"something")
    assert "behind" in refused(kpxe, "--set", "a=b")


def test_damaged_note_is_not_ours(kpxe: Path) -> None:
    data = bytearray(kpxe.read_bytes())
    data[identity.find(bytes(data)) + 100] ^= 1
    kpxe.write_bytes(data)
    assert "not an image of this product" in refused(kpxe, "--set", "a=b")


def test_damaged_region_is_refused_unless_reset(kpxe: Path) -> None:
    customise("--set", "abc=def", kpxe)
    data = bytearray(kpxe.read_bytes())
    data[note(data)[0] + 20] ^= 1
    kpxe.write_bytes(data)
    assert "damaged" in refused(kpxe, "--set", "a=b")
    assert "damaged" in unloop("inspect", kpxe).stderr
    customise("--reset", "--set", "a=b", kpxe)
    assert entries(kpxe.read_bytes()) == [(2, b"a", b"b")]


def test_old_build_without_room_is_refused(kpxe: Path) -> None:
    data = bytearray(kpxe.read_bytes())
    at = identity.find(bytes(data))
    size = identity.LAYOUT.size
    data[at:at + size] = identity.with_region(bytes(data[at:at + size]), 0, 0,
                                              0)
    kpxe.write_bytes(data)
    assert "no room" in refused(kpxe, "--set", "a=b")


@pytest.mark.parametrize("setting", [
    "a", "=b", "a b=c", "x" * 64 + "=y", "${a}=b", "a\nb=c", "ä=b"])
def test_bad_setting_is_refused(kpxe: Path, setting: str) -> None:
    assert "NAME=VALUE" in refused(kpxe, "--set", setting)


@pytest.mark.parametrize("content, why", [
    (b"echo hi\n", "not #!ipxe"), (b"", "not #!ipxe"),
    (b"#!ipxefoo\n", "not #!ipxe"), (b"#!ipxe\n\0", "NUL")])
def test_bad_script_is_refused(kpxe: Path, tmp_path: Path, content: bytes,
                               why: str) -> None:
    script = tmp_path / "bad.ipxe"
    script.write_bytes(content)
    sentence = refused(kpxe, "--script", script)
    assert why in sentence and "bad.ipxe" in sentence


def test_what_is_no_authority_is_refused(kpxe: Path, certificates: Path,
                                         tmp_path: Path) -> None:
    assert "authority" in refused(kpxe, "--trust", certificates / "server.pem")
    assert "no certificate" in refused(kpxe, "--trust",
                                       certificates / "ca.key")
    broken = tmp_path / "broken.pem"
    broken.write_bytes((certificates / "ca.pem").read_bytes().replace(
        b"M", b"!", 1))
    assert "damaged" in refused(kpxe, "--trust", broken)
    bad = bytearray((certificates / "ca.der").read_bytes())
    (tmp_path / "long.der").write_bytes(bad + b"x")
    assert "no certificate" in refused(kpxe, "--trust", tmp_path / "long.der")


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "none", "--set", "a=b")
    result = unloop("customise", "--set", "a=b", tmp_path)
    assert result.returncode == 1 and "regular file" in result.stderr


def test_nothing_to_do_is_a_wrong_command_line(kpxe: Path) -> None:
    assert unloop("customise", kpxe).returncode == 2
    assert unloop("customise", "--set", "a=b").returncode == 2
    assert unloop("customise", "--help").returncode == 0


def test_full_disk_leaves_the_image(kpxe: Path) -> None:
    before = kpxe.read_bytes()
    result = subprocess.run(
        ["/bin/bash", "-c", 'ulimit -f 8; trap "" XFSZ; exec "$@"', "bash",
         UNLOOP, "customise", "--set", "a=b", kpxe], capture_output=True,
        text=True, timeout=WAIT, env=environment())
    assert result.returncode == 1 and "could not be written" in result.stderr
    assert kpxe.read_bytes() == before
    assert os.listdir(kpxe.parent) == [kpxe.name]


def test_interrupted_at_any_moment_the_image_is_whole(kpxe: Path) -> None:
    """Old or new, never something between, and nothing is left behind."""
    before = kpxe.read_bytes()
    for i in range(20):
        process = subprocess.Popen(
            [UNLOOP, "customise", "--set", f"a={i}", kpxe],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment())
        time.sleep(i / 1000)
        process.send_signal(signal.SIGINT)
        process.wait(WAIT)
        data = kpxe.read_bytes()
        if data != before:
            assert len(entries(data)) == 1
        assert os.listdir(kpxe.parent) == [kpxe.name]


# --- inspect ----------------------------------------------------------------

def test_inspect_tells_identity_and_content(image: Path, script: Path,
                                            certificates: Path) -> None:
    customise("--script", script, "--set", "password=geheim", "--set",
              "resolver=http://me:geheim@h/x", "--trust",
              certificates / "ca.pem", image)
    result = unloop("inspect", image)
    assert result.returncode == 0 and result.stderr == ""
    data = image.read_bytes()
    at = identity.find(data[:65536])
    fields = identity.LAYOUT.unpack_from(data, at)
    assert fields[2].hex() in result.stdout
    assert fields[4].rstrip(b"\0").decode() in result.stdout
    assert fields[3].rstrip(b"\0").decode() in result.stdout
    assert "geheim" not in result.stdout
    assert "resolver = http://me:...@h/x" in result.stdout
    assert "CN=Test Authority" in result.stdout
    assert f"{len(SCRIPT)} bytes" in result.stdout
    assert unloop("inspect", "--script", image).stdout == SCRIPT.decode()


def test_inspect_of_what_is_not_ours_fails(tmp_path: Path) -> None:
    other = tmp_path / "x"
    other.write_bytes(b"MZ" + os.urandom(5000))
    result = unloop("inspect", other)
    assert result.returncode == 1 and result.stdout == ""
    assert "not an image of this product" in result.stderr


def test_inspect_shows_no_control_characters(kpxe: Path) -> None:
    customise("--set", "a=\x1b[2J", kpxe)
    assert "\x1b" not in unloop("inspect", kpxe).stdout


def test_what_is_no_file_is_not_replaced(kpxe: Path, tmp_path: Path) -> None:
    """A device given to -o would be gone; a FIFO stands for it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    result = unloop("customise", "--set", "a=b", "-o", pipe, kpxe)
    assert result.returncode == 1
    assert "no ordinary file" in result.stderr
    assert pipe.is_fifo()
