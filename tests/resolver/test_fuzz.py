# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Each parser against libFuzzer for a bounded time, with sanitisers.

To go on longer, run out/fuzz/NAME with a folder for its corpus; a crash that
it finds belongs into tests/resolver/fuzz/regressions/NAME/.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from unloopd import ROOT

# They are made with sanitisers, whatever the programs are.
pytestmark = pytest.mark.only("sanitised")

FUZZ = ROOT / "tests/resolver/fuzz"
OUT = Path(os.environ.get("O") or ROOT / "out").absolute() / "fuzz"
#: Seconds for each fuzzer, and the longest input.
SECONDS = 2
LENGTH = 2048
SOURCES = [f"resolver/{name}.c" for name in (
    "arena", "reason", "table", "url", "facts", "template", "ini", "conditional",
    "rules", "log", "request", "region", "boot_image", "boot_format",
    "cli/bootfile", "cli/dhcp_packet", "events", "timeline", "said", "text",
    "metrics", "http")]
FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-g", "-O1", "-Iresolver", "-pthread",
         "-Itests/resolver/fuzz"]
LIBRARIES = ["-ljansson"]
SANITISE = "address,undefined"
NAMES = sorted(path.stem for path in FUZZ.glob("*_fuzz.c"))

#: What each one starts from.
SEEDS: dict[str, list[bytes]] = {
    "url_fuzz": [b"/boot.ipxe?mac=52:54:00:12:34:56", b"/a/%2e%2e/b",
                 b"http://h/x%41?y"],
    "request_fuzz": [b"GET /a?b HTTP/1.1\r\nHost: h\r\nRange: bytes=1-\r\n"
                     b"Content-Length: 5\r\nConnection: close\r\n\r\nabcde",
                     b"POST / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"],
    "facts_fuzz": [b"mac=52:54:00:12:34:56&uuid=4c4c4544-0042-3510-8052-"
                   b"b4c04f4a4e31&serial=a%20b&ip=10.0.0.1"],
    "template_fuzz": [b"#!ipxe\necho {{mac|default:x|uri}} {{uuid}}\n",
                      b"{{serial}}{{include x}}\n"],
    "ini_fuzz": [b"# c\n[web01]\nmac = 52:54:00:12:34:56, b\r\n; x\nk=\n"],
    "range_fuzz": [b"\x10\x27\0\0\0\0\0\0bytes=0-99",
                   b"\x10\x27\0\0\0\0\0\0bytes=-5", bytes(8) + b'"1-2-3", *'],
    "rules_fuzz": [b"\0" + b"52:54:00:*, !52:54:00:12:34:56",
                   b"\x06web[0-9]*", b"\x0710.0.0.0/24, 2001:db8::/32"],
    "events_fuzz": [b'{"mac":"52:54:00:12:34:56","boot":"0badcafe"}\n'
                    b'{"event":"boot","ms":12,"text":"vmlinuz"}\n'],
    "import_fuzz": [
        b"\0dhcp-host=52:54:00:12:34:56,id:x,web01,10.0.0.5,12h # c\n",
        b"\1group { host web01 { hardware ethernet 52:54:00:12:34:56;\n"
        b'filename "a"; fixed-address 10.0.0.5; } } # c\n',
        b'\2{"Dhcp4":{"reservations":[{"hw-address":"52:54:00:12:34:56",'
        b'"hostname":"a"}],"subnet4":[{"reservations":[]}]} // c\n}',
        b'\2{"Dhcp4":{"reservations":[{"hw-address":"52:54:00:12:34:56",'
        b'"ip-address":"1\\nx = y"}]}}',
        b"\3default\ndefault a\nlabel a\n  kernel k\n  append initrd=i x\n"
        b"  ipappend 2\nlabel b\n  localboot 0\n",
        b"\00301-52-54-00-12-34-56\nlabel a\n linux k {{x}}\n initrd a,b\n",
        b'\4{"id":"p","boot":{"kernel":"/k","initrd":["--name main /i"],'
        b'"args":["a","b"]}}\f{"profile":"p","selector":{"mac":'
        b'"52:54:00:12:34:56","serial":"x"}}',
        b'\4{"boot":{"kernel":"http://x/k\\nshell"}}\f{"profile":"p"}',
        b"\5MAC-525400123456.ipxe\n#!ipxe\necho {{server}} {{x}}\n",
        b"\5menu.ipxe\n#!ipxe\necho\n"],
    "dhcp_fuzz": [
        bytes([2, 1, 6, 0]) + bytes(232) + bytes([99, 130, 83, 99])
        + bytes([53, 1, 2, 54, 4, 10, 0, 0, 1, 52, 1, 3, 67, 3]) + b"a.b"
        + bytes([43, 5, 9, 3, 0, 7, 0, 255]),
        b"MZ" + bytes(58) + b"@\0\0\0PE\0\0\x64\x86" + bytes(100)],
}

def note(offset: int, length: int, limit: int) -> bytes:
    """An identity note; the fuzzer makes its checksum right."""
    return (b"\x7fUnloop note v1\0" + bytes.fromhex(
        "6f1d0b523c8e4a779b215ec40a9d73e8") + bytes(16 + 16)
        + b"a.efi".ljust(32, b"\0") + bytes(16)
        + struct.pack("<IIII", offset, length, limit, 0))


def pe_seed() -> bytes:
    """An EFI program with a section .region at its end."""
    header = (b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0"
              + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 240, 0)
              + struct.pack("<H", 0x20B) + bytes(238)
              + b".region\0" + struct.pack("<IIII", 256, 4096, 256, 512))
    return (header.ljust(384, b"\0") + note(512, 256, 8192)).ljust(768, b"\0")


def rom_seed() -> bytes:
    """An option ROM with room behind its code."""
    start = b"\x55\xaa\2" + bytes(21) + struct.pack("<H", 32)
    data = b"PCIR" + bytes(12) + struct.pack("<HHBB", 2, 0, 0, 0x80)
    return ((start.ljust(32, b"\0") + data).ljust(64, b"\0")
            + note(800, 0, 60000)).ljust(1024, b"\0")


SEEDS["image_fuzz"] = [
    b"\x05" + pe_seed(), b"\x40" + rom_seed(), b"\xff" + rom_seed(),
    b"\x01" + note(128, 64, 64) + b"\x7fUregn\0\1\x0f\0\0\0\2\4\5\0\0\0"
    b"nameValue" + bytes(41), b"\0\x7fUregn\0\1\0\0\0\0\0\0\0\0"]


@pytest.fixture(scope="module")
def objects() -> list[str]:
    """The parsers, compiled once for all fuzzers."""
    if not shutil.which("clang"):
        pytest.skip("clang is not installed")
    shutil.rmtree(OUT, ignore_errors=True)
    (OUT / "obj").mkdir(parents=True)
    made = []
    for source in SOURCES:
        target = OUT / "obj" / (source.replace("/", "-") + ".o")
        done = subprocess.run(
            ["clang", *FLAGS, f"-fsanitize=fuzzer-no-link,{SANITISE}", "-c",
             "-o", str(target), source], cwd=ROOT, capture_output=True,
            text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        made.append(str(target))
    return made


@pytest.mark.parametrize("name", NAMES)
def test_parser_survives_garbage(name: str, objects: list[str]) -> None:
    program = OUT / name
    done = subprocess.run(
        ["clang", *FLAGS, f"-fsanitize=fuzzer,{SANITISE}", "-o", str(program),
         f"tests/resolver/fuzz/{name}.c", *objects, *LIBRARIES], cwd=ROOT,
        capture_output=True, text=True, timeout=120)
    if "cannot find" in done.stderr and "fuzzer" in done.stderr:
        pytest.skip("clang has no libFuzzer here (libclang-rt-14-dev)")
    assert done.returncode == 0, done.stderr
    corpus = OUT / "corpus" / name
    corpus.mkdir(parents=True)
    for number, seed in enumerate(SEEDS[name]):
        (corpus / f"seed{number}").write_bytes(seed)
    known = FUZZ / "regressions" / name
    done = subprocess.run(
        [str(program), f"-max_total_time={SECONDS}", f"-max_len={LENGTH}",
         "-timeout=5", f"-artifact_prefix={OUT}/{name}-", "-verbosity=0",
         str(corpus), *([str(known)] if known.exists() else [])],
        capture_output=True, timeout=SECONDS + 60)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-4000:]
