# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Paths, bounded waits, child processes and the slots that limit QEMU."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LAB = Path(__file__).resolve().parents[1]
#: Where everything made goes: out/ of the tree, or what `make O=` named.
OUT = Path(os.environ.get("O") or ROOT / "out").absolute()
LOGS = OUT / "log"
CACHE = OUT / "cache"
#: How many QEMU processes of this tree may run at the same time.
QEMU_SLOTS = 2


class Skip(Exception):
    """This machine cannot run the lab; the text says what is missing."""


class LabError(Exception):
    """The lab itself (not the firmware) could not do something."""


class Stopped(Exception):
    """The user asked to stop (Ctrl-C); unwinds a case in its worker."""


#: Set once by Ctrl-C; every wait of every case looks at it.
stop_event = threading.Event()


def missing_pieces() -> list[str]:
    """Name every program or right that the lab needs and does not have."""
    needs = {
        "qemu-system-x86_64": "qemu-system-x86",
        "qemu-system-aarch64": "qemu-system-arm",
        "ip": "iproute2",
        "nft": "nftables",
        "setpriv": "util-linux",
        "dnsmasq": "dnsmasq-base",
        "dhcpd": "isc-dhcp-server",
        "kea-dhcp4": "kea-dhcp4-server",
        "kea-dhcp6": "kea-dhcp6-server",
        "nginx": "nginx-light",
        "mcopy": "mtools",
    }
    missing = [f"{program} (package {package})"
               for program, package in needs.items()
               if find_program(program) is None]
    files = {
        "/usr/share/OVMF/OVMF_CODE_4M.fd": "ovmf",
        "/usr/share/OVMF/OVMF32_CODE_4M.secboot.fd": "ovmf-ia32",
        "/usr/share/AAVMF/AAVMF_CODE.fd": "qemu-efi-aarch64",
        "/usr/share/seabios/bios-256k.bin": "seabios",
        "/usr/lib/ipxe/undionly.kpxe": "ipxe",
        "/usr/lib/ipxe/qemu/pxe-virtio.rom": "ipxe-qemu",
        "/usr/bin/busybox": "busybox-static",
    }
    missing += [f"{path} (package {package})"
                for path, package in files.items()
                if not os.path.exists(path)]
    return missing


def require_lab() -> None:
    """Raise Skip, with the reason, where the lab cannot run."""
    if os.geteuid() != 0:
        raise Skip("the lab makes network namespaces and needs root for it")
    missing = missing_pieces()
    if missing:
        raise Skip("the lab needs " + ", ".join(missing))
    if not os.path.exists("/dev/net/tun"):
        raise Skip("the lab needs /dev/net/tun for the machine's network")
    name = f"lab-{os.getpid()}-probe"
    probe = subprocess.run(["ip", "netns", "add", name],
                           capture_output=True, text=True)
    if probe.returncode:
        raise Skip("network namespaces are not allowed here: "
                   + probe.stderr.strip())
    subprocess.run(["ip", "netns", "del", name], check=False)


def find_program(name: str) -> str | None:
    """Find a program in PATH or in the administrator's folders."""
    path = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
    return shutil.which(name, path=path)


def program(name: str) -> str:
    """Like find_program, but its absence is an error of the lab."""
    path = find_program(name)
    if path is None:
        raise LabError(f"the program {name} is not installed")
    return path


def run(*argv: str | Path, check: bool = True) -> str:
    """Run a short command to its end (at most 60 s), return its output."""
    argv_str = [str(a) for a in argv]
    argv_str[0] = program(argv_str[0])
    done = subprocess.run(argv_str, capture_output=True, text=True,
                          timeout=60)
    if check and done.returncode:
        raise LabError(f"{shlex.join(argv_str)}: {done.stderr.strip()}")
    return done.stdout


def wait_for(condition: Callable[[], bool], seconds: float, what: str,
             poll: float = 0.05) -> None:
    """Wait until condition() holds; LabError names what never came."""
    end = time.monotonic() + seconds
    while not condition():
        if stop_event.is_set():
            raise Stopped()
        if time.monotonic() > end:
            raise LabError(f"waited {seconds:g} s for {what}")
        time.sleep(poll)


class Process:
    """A child that dies with us and is stopped by its own pid."""

    def __init__(self, argv: Sequence[str | Path], log: Path,
                 netns: str | None = None, env: dict[str, str] | None = None,
                 stdin: int | None = subprocess.DEVNULL,
                 quiet: bool = True) -> None:
        self.argv = [str(a) for a in argv]
        self.argv[0] = program(self.argv[0])
        self.log = log
        full = [program("setpriv"), "--pdeathsig", "TERM", *self.argv]
        if netns:
            full = [program("ip"), "netns", "exec", netns, *full]
        full_env = dict(os.environ, **(env or {}))
        if quiet:
            with open(log, "ab") as out:
                self.popen = subprocess.Popen(
                    full, stdin=stdin, stdout=out, stderr=out, env=full_env,
                    start_new_session=True)
        else:
            self.popen = subprocess.Popen(full, stdin=stdin, env=full_env)

    @property
    def pid(self) -> int:
        return self.popen.pid

    def is_running(self) -> bool:
        return self.popen.poll() is None

    def stop(self) -> None:
        """End it: TERM, then KILL after three seconds."""
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(3)
            except subprocess.TimeoutExpired:
                self.popen.kill()
        self.popen.wait(10)

    def is_listening(self, protocol: str, port: int) -> bool:
        """Has its namespace a socket on this port? protocol: udp, tcp."""
        table = ""
        for name in (protocol, f"{protocol}6"):
            with contextlib.suppress(OSError):
                table += Path(f"/proc/{self.pid}/net/{name}").read_text()
        wanted_state = {"tcp": "0A", "udp": "07"}[protocol]
        for line in table.splitlines():
            words = line.split()
            if words[0] == "sl":
                continue
            if (int(words[1].split(":")[1], 16) == port
                    and words[3] == wanted_state):
                return True
        return False

    def wait_listening(self, protocol: str, port: int,
                       seconds: float = 60) -> None:
        """Return once it listens; say what its log says when it never does."""
        def ready() -> bool:
            if not self.is_running():
                raise LabError(f"{self.argv[0]} ended at once:\n"
                               + self.log.read_text(errors="replace")[-2000:])
            return self.is_listening(protocol, port)
        wait_for(ready, seconds, f"{self.argv[0]} to listen on "
                 f"{protocol} port {port} (see {self.log})")


@contextlib.contextmanager
def qemu_slot() -> Iterator[None]:
    """Hold one of the QEMU slots of this tree; waits until one is free."""
    folder = OUT / "lab"
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        for number in range(QEMU_SLOTS):
            handle = open(folder / f"slot.{number}", "w")
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                handle.close()
                continue
            try:
                yield
            finally:
                handle.close()
            return
        if stop_event.is_set():
            raise Stopped()
        time.sleep(0.2)


def qemu_wrapper() -> list[str]:
    """A command to put before QEMU (LAB_QEMU_WRAPPER), usually none."""
    return shlex.split(os.environ.get("LAB_QEMU_WRAPPER", ""))


def warn(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
