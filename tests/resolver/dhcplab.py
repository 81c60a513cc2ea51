# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A private network with real DHCP servers, for tests of the DHCP side.

Builds on the boot lab's parts; skips where the lab cannot make namespaces.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from unloopd import ROOT, UNLOOPD, user_arguments

sys.path.insert(0, str(ROOT / "tests/lab"))

from labkit import base, netns, servers  # noqa: E402

UNLOOP = UNLOOPD.with_name("unloop")
#: The host on which commands under test run.
DOCTOR = "10.77.0.9"
#: Bound of one command, in seconds.
WAIT = 60
PROGRAMS = ["ip", "setpriv", "dnsmasq", "dhcpd", "kea-dhcp4"]


def require() -> None:
    """Skip, with the reason, where this machine cannot do it."""
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    missing = [name for name in PROGRAMS if not base.find_program(name)]
    if missing:
        pytest.skip("not installed: " + ", ".join(missing))
    name = f"lab-{os.getpid()}-probe"
    probe = subprocess.run(["ip", "netns", "add", name], capture_output=True,
                           text=True)
    if probe.returncode:
        pytest.skip("network namespaces are not allowed here: "
                    + probe.stderr.strip())
    subprocess.run(["ip", "netns", "del", name], check=False)


def ours_bios() -> bytes:
    """An image of this product: its identity note is what counts."""
    sys.path.insert(0, str(ROOT / "scripts"))
    import identity
    image = bytearray(b"\xea\x05\x00\xc0\x07" + bytes(1019))
    image += identity.LAYOUT.pack(
        identity.MAGIC, bytes.fromhex("6f1d0b523c8e4a779b215ec40a9d73e8"),
        bytes(16), b"9.8.7", bytes(32), bytes(16),
        0, 0, 0, 0)
    image += bytes(4096)
    identity.fill(image, "undionly.kpxe")
    return bytes(image)


def efi(machine: int, marker: bytes = b"") -> bytes:
    """The beginning of an EFI program, with a text that gives it away."""
    head = bytearray(256)
    head[0:2] = b"MZ"
    head[60] = 128
    head[128:134] = b"PE\0\0" + machine.to_bytes(2, "little")
    return bytes(head) + marker + bytes(2000)


#: Files that look like what they are called.
STOCK_BIOS = b"\xea\x05\x00\xc0\x07" + bytes(900) + b"PXE->EB:" + bytes(70000)
STOCK_UEFI = efi(0x8664, b"iPXE initialising devices...")
PXELINUX = bytes(100) + b"PXELINUX 6.04 " + bytes(40000)


#: A TFTP client (RFC 1350): SERVER NAME; exit status 3 on an error packet.
TFTP_GET = """
import socket, sys
peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.settimeout(10)
peer.sendto(b"\\0\\1" + sys.argv[2].encode() + b"\\0octet\\0",
            (sys.argv[1], 69))
wanted, last = 1, 512
while last == 512:
    data, address = peer.recvfrom(2000)
    if data[:2] != b"\\0\\3":
        sys.exit(3)
    peer.sendto(b"\\0\\4" + data[2:4], address)
    if data[2:4] == (wanted & 0xffff).to_bytes(2, "big"):
        sys.stdout.buffer.write(data[4:])
        wanted, last = wanted + 1, len(data) - 4
"""


class World:
    """A network, a TFTP server with files, and DHCP servers on demand."""

    def __init__(self, address: str | None = DOCTOR) -> None:
        self.work = Path(tempfile.mkdtemp(prefix="unloop-dhcp-"))
        self.work.chmod(0o755)
        self.root = self.work / "tftp"
        self.site = self.work / "site"
        self.root.mkdir()
        self.site.mkdir()
        self._running: list[servers.Server | base.Process] = []
        #: Put before a command: what a daemon keeps goes with all of this.
        self.environment = ["env", f"STATE_DIRECTORY={self.work}/state",
                            f"RUNTIME_DIRECTORY={self.work}/run"]
        self.net = netns.Network()
        try:
            self.host = self.net.add_host(address or DOCTOR)
            if address is None:
                base.run("ip", "-n", self.host, "addr", "flush", "dev", "eth0")
        except BaseException:
            self.close()
            raise

    def files(self, **content: bytes) -> None:
        """Put files on the TFTP server; __ stands for a dot."""
        for name, data in content.items():
            (self.root / name.replace("__", ".")).write_bytes(data)

    def add(self, kind: type[servers.Server], answer: servers.Answer,
            **more: object) -> servers.Server:
        """Start a DHCP server of the lab."""
        server = kind(self.net, self.work, self.work, answer,  # type: ignore
                      **more)
        self._running.append(server)
        return server

    def tftp(self) -> None:
        server = servers.Tftp(self.net, self.work, self.work, self.root)
        self._running.append(server)

    def process(self, argv: list[str | Path], log: str,
                host: str | None = None) -> base.Process:
        """Start a process on a host (the server's without one)."""
        process = base.Process([*self.environment, *argv], self.work / log,
                               host or self.net.name)
        self._running.append(process)
        return process

    def resolver(self) -> None:
        """unloopd on the server's port 80 with a script for everybody."""
        (self.site / "default.ipxe").write_text("#!ipxe\necho {{mac}}\n")
        process = self.process(
            [UNLOOPD, "-d", "-p", "80", *user_arguments(), self.site],
            "unloopd.log")
        process.wait_listening("tcp", 80)

    def tftp_get(self, name: str) -> bytes | None:
        """A file of the TFTP server, or None: it has none of that name."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.host, sys.executable, "-c",
             TFTP_GET, servers.SERVER, name], capture_output=True,
            timeout=WAIT)
        assert done.returncode in (0, 3), done.stderr.decode()
        return done.stdout if done.returncode == 0 else None

    def run(self, *argv: str | Path, host: str | None = None,
            setpriv: list[str] | None = None
            ) -> subprocess.CompletedProcess[str]:
        """Run unloop on the host that looks at the network."""
        return subprocess.run(
            ["ip", "netns", "exec", host or self.host, *(setpriv or []),
             str(UNLOOP), *map(str, argv)],
            capture_output=True, text=True, timeout=WAIT)

    def doctor(self, *argv: str) -> "Report":
        result = self.run("doctor", "-i", "eth0", "-w", "1", *argv)
        return Report(result.returncode, result.stdout, result.stderr)

    def close(self) -> None:
        for one in reversed(self._running):
            one.stop()
        self.net.close()
        shutil.rmtree(self.work, ignore_errors=True)

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


class Report:
    """What doctor said, in its parts."""

    BIOS = "A BIOS machine (PXE)"
    UEFI = "A UEFI machine (PXE)"
    HTTP = "A UEFI machine (HTTP Boot)"
    IPXE_BIOS = "iPXE on a BIOS machine"
    IPXE_UEFI = "iPXE on a UEFI machine"
    CHANGE = "What to change"
    SERVERS = "DHCP servers"

    def __init__(self, status: int, text: str, errors: str) -> None:
        self.status = status
        self.text = text
        self.errors = errors
        self.parts: dict[str, str] = {}
        title = ""
        for line in text.splitlines():
            if line and not line.startswith(" "):
                title = line
                self.parts[title] = ""
            else:
                self.parts[title] = self.parts.get(title, "") + " " \
                    + line.strip()

    def __getitem__(self, title: str) -> str:
        assert title in self.parts, self.text + self.errors
        return self.parts[title].strip()
