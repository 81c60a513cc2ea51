# SPDX-License-Identifier: BSD-2-Clause-Patent
"""CONFIG=tiny: below 40,000 bytes, out of the loop trap, and on to a script."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import suite  # noqa: E402

LIMIT = 40000
BOOT_TIMEOUT = 120.0


def asked(wire: Path, name: str) -> int:
    """How many TFTP read requests for a file are in QEMU's dump."""
    if not wire.exists():
        return 0
    return wire.read_bytes().count(b"\0\1" + name.encode() + b"\0")


def test_tiny_is_small_and_breaks_the_loop(tmp_path: Path) -> None:
    """QEMU's DHCP server names undionly.kpxe to everybody, also to itself."""
    out = os.environ.get("O") or "out"
    done = subprocess.run(
        ["make", "--no-print-directory", "-j2", f"{out}/tiny/undionly.kpxe",
         "CONFIG=tiny", f"O={out}/tiny", f"SOURCE_DIR={suite.OUT}/cache"],
        cwd=suite.ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    image = suite.OUT / "tiny" / "undionly.kpxe"
    print(f"CONFIG=tiny: {image.stat().st_size} bytes")
    assert image.stat().st_size < LIMIT

    served = tmp_path / "tftp"
    served.mkdir()
    (served / "undionly.kpxe").write_bytes(image.read_bytes())
    (served / "boot.ipxe").write_text(
        "#!ipxe\nchain undionly.kpxe && exit 0 ||\nchain ${net0/mac:hexraw}\n")
    wanted = suite.MAC.replace(":", "")
    (served / wanted).write_text("#!ipxe\nchain done-${platform}\n")
    # It has no serial console: what it asked for tells what it did.
    wire = tmp_path / "net.pcap"
    command = suite.qemu_command("bios", served, tmp_path / "serial.log")
    command += ["-object", f"filter-dump,id=f0,netdev=n0,file={wire}"]
    end = time.monotonic() + BOOT_TIMEOUT
    with suite.qemu_slot():
        process = suite.Process(command, tmp_path / "qemu.log")
        try:
            while asked(wire, "done-pcbios") == 0 and process.is_running() \
                    and time.monotonic() < end:
                time.sleep(0.2)
        finally:
            process.stop()
    assert asked(wire, wanted) == 1
    assert asked(wire, "done-pcbios") >= 1
    assert asked(wire, "undionly.kpxe") == 1, "it was loaded twice"
