# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Machines: data files that say how QEMU plays them, and one that runs."""

from __future__ import annotations

import json
import shlex
import shutil
import socket
import subprocess
import threading
import tomllib
from dataclasses import dataclass
from pathlib import Path

from . import secureboot
from .base import (LAB, OUT, LabError, Process, qemu_wrapper, stop_event,
                   Stopped, wait_for)

MAC = "52:54:00:77:00:01"
#: Its bytes differ from each other, so that a wrong order shows.
UUID = "00112233-4455-6677-8899-aabbccddeeff"
SERIAL = "LAB 1"


@dataclass(frozen=True)
class MachineSpec:
    """One file of machines/ (fields explained there)."""
    name: str
    what: str
    firmware: str
    memory: int
    program: str
    ours: str
    debian: str
    native_fetches: int
    native_requests: int
    arguments: list[str]
    vars: str | None = None
    #: Whose Linux it boots: Debian's name of the architecture.
    linux: str = "amd64"
    #: Its emulator: qemu-system-<qemu>.
    qemu: str = "x86_64"
    #: QEMU's -vga: "none" for a board without.
    vga: str = "std"
    #: QEMU's network card, @NIC@ in the arguments.
    nic: str = "virtio-net-pci"
    #: Do packets come with QEMU's header, so that the card may be given
    #: large ones without checksums? (virtio and vmxnet3 only)
    offload: bool = False
    #: What Linux is told that its console is.
    console: str = "ttyS0,115200"
    #: Its firmware starts only what is signed with the key of this boot.
    secure_boot: bool = False

    @property
    def has_rom(self) -> bool:
        """Is our file the option ROM of its card (@ROM@)?"""
        return any("@ROM@" in word for word in self.arguments)

    def our_program(self) -> Path:
        """The built file that this machine loads."""
        return OUT / self.ours


def machine_names() -> list[str]:
    """Every machine there is a file for."""
    return sorted(p.stem for p in (LAB / "machines").glob("*.toml"))


def load_machine(name: str) -> MachineSpec:
    """Read machines/<name>.toml."""
    path = LAB / "machines" / f"{name}.toml"
    try:
        fields = tomllib.loads(path.read_text())
        return MachineSpec(name=name, **fields)
    except (OSError, tomllib.TOMLDecodeError, TypeError) as error:
        raise LabError(f"{path}: {error}") from error


def qemu_command(spec: MachineSpec, work: Path, logs: Path, tap: str,
                 extra: list[str], interactive: bool = False,
                 snap: int = 1600) -> list[str]:
    """The whole QEMU command of one boot.

    With interactive, the serial port is the terminal; otherwise it goes to
    logs/serial.log and can be typed at through work/serial.sock. snap: how
    much of each packet the dump keeps.
    """
    values = {"@MAC@": MAC, "@VARS@": str(work / "vars.fd"),
              "@ROM@": str(work / "card.rom"),
              "@NIC@": spec.nic, "@WORK@": str(work)}
    arguments = []
    for word in [*spec.arguments, *extra]:
        for key, value in values.items():
            word = word.replace(key, value)
        arguments.append(word)
    if interactive:
        serial = ["-serial", "mon:stdio"]
    else:
        serial = ["-chardev", f"socket,id=ser,path={work}/serial.sock,"
                  f"server=on,wait=off,logfile={logs}/serial.log",
                  "-serial", "chardev:ser"]
    return [
        *qemu_wrapper(), f"qemu-system-{spec.qemu}", "-accel", "tcg",
        "-nodefaults", "-display", "none", "-vga", spec.vga, "-no-reboot",
        "-m", str(spec.memory), "-uuid", UUID,
        "-smbios", f"type=1,serial={SERIAL}", *serial,
        "-pidfile", str(work / "qemu.pid"),
        "-netdev", f"tap,id=n0,ifname={tap},script=no,downscript=no,"
        f"vnet_hdr={'on' if spec.offload else 'off'}",
        "-qmp", f"unix:{work}/qmp.sock,server=on,wait=off",
        "-object", f"filter-dump,id=dump,netdev=n0,file={logs}/net.pcap,"
        f"maxlen={snap}",
        *arguments]


class Machine:
    """A running QEMU; always used by one thread."""

    def __init__(self, spec: MachineSpec, work: Path, logs: Path,
                 netns: str, tap: str, extra: list[str],
                 interactive: bool = False, snap: int = 1600) -> None:
        if spec.vars:
            shutil.copyfile(spec.vars, work / "vars.fd")
        if spec.secure_boot:
            secureboot.enrol(work / "vars.fd", secureboot.key_of(work))
        command = qemu_command(spec, work, logs, tap, extra, interactive,
                               snap)
        (logs / "qemu.cmd").write_text(shlex.join(command) + "\n")
        self.serial_path = logs / "serial.log"
        self._socket = work / "serial.sock"
        self._monitor = work / "qmp.sock"
        self._typing: socket.socket | None = None
        pidfile = work / "qemu.pid"
        self.process = Process(
            command, logs / "qemu.log", netns, quiet=not interactive,
            stdin=None if interactive else subprocess.DEVNULL)
        # A wrapper may hold the start back; the clock starts with QEMU.
        try:
            wait_for(lambda: pidfile.exists()
                     or not self.process.is_running(),
                     1800, "QEMU to start", poll=0.02)
        except (Stopped, LabError):
            self.process.stop()
            raise
        if not interactive and not pidfile.exists():
            raise LabError("QEMU ended at once: "
                           + (logs / "qemu.log").read_text()[-2000:])

    def serial(self) -> str:
        """Everything the serial port has said, carriage returns removed."""
        try:
            data = self.serial_path.read_bytes()
        except OSError:
            return ""
        return data.decode("utf-8", "replace").replace("\r", "")

    def type(self, text: str) -> None:
        """Type at the serial console, one key after the other."""
        if self._typing is None:
            self._typing = socket.socket(socket.AF_UNIX)
            self._typing.connect(str(self._socket))
            reader = threading.Thread(target=self._drain, daemon=True)
            reader.start()
        for key in text:
            self._typing.sendall(key.encode())
            stop_event.wait(0.05)

    def monitor(self, *commands: dict[str, object]) -> None:
        """Have QEMU execute these commands of its monitor (QMP)."""
        wait_for(self._monitor.exists, 10, "QEMU's monitor", poll=0.02)
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.settimeout(10)
            monitor.connect(str(self._monitor))
            answers = monitor.makefile("r")
            answers.readline()
            for command in ({"execute": "qmp_capabilities"}, *commands):
                monitor.sendall(json.dumps(command).encode() + b"\n")
                answer = json.loads(answers.readline())
                while "event" in answer:
                    answer = json.loads(answers.readline())
                if "error" in answer:
                    raise LabError(f"QEMU: {answer['error']}")

    def set_link(self, up: bool, netdev: str = "n0") -> None:
        """Plug the cable of a network card in, or pull it."""
        self.monitor({"execute": "set_link",
                      "arguments": {"name": netdev, "up": up}})

    def _drain(self) -> None:
        try:
            while self._typing and self._typing.recv(4096):
                pass
        except OSError:
            pass

    def is_running(self) -> bool:
        return self.process.is_running()

    def stop(self) -> None:
        if self._typing:
            self._typing.close()
        self.process.stop()
