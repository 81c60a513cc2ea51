# SPDX-License-Identifier: BSD-2-Clause-Patent
"""One boot: builds its little world, runs it, and says what happened."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import medium, screen, secureboot, servers
from .base import (LAB, LOGS, OUT, LabError, Skip, Stopped, program,
                   qemu_slot, stop_event)
from .machine import Machine, MachineSpec, load_machine
from .netns import SERVER, SERVER6, Network
from .payload import (DISK_MARK, MARK, Payload, build_payload, marker_disk)
from .servers import Answer
from .wire import Wire

#: The words that our firmware says when it recognises itself.
RECOGNITION = "is this firmware"
DATA = LAB.parent / "data" / "lab"


@dataclass
class LinuxBoot:
    """What one Linux that reached user space said."""
    cmdline: str
    #: File name to SHA-256, as the machine computed it.
    sums: dict[str, str] = field(default_factory=dict)


class Boot:
    """The world of one running case; conditions and checks look at it."""

    def __init__(self, case: "Case", spec: MachineSpec, firmware: str) -> None:
        self.case = case
        self.spec = spec
        #: Whose boot program is started: "ours" or "debian".
        self.firmware = firmware
        self.logs = LOGS / case.name
        self.work = Path()
        self.token = secrets.token_hex(4)
        self.payload: Payload
        self.net: Network
        self.wire: Wire
        self.machine: Machine
        self.dhcp: list[servers.Server] = []
        self.faults: servers.FaultWeb | None = None
        #: Every running server by the name a case stops it by.
        self.servers: dict[str, servers.Server] = {}
        self.notes: list[str] = []
        self.started = 0.0
        self.ended = 0.0
        self._starters: dict[str, Callable[[], servers.Server]] = {}
        self._serial = ""

    # --- what happened ---------------------------------------------------

    @property
    def program(self) -> str:
        """The name that DHCP gives for the boot program."""
        return self.case.program or self.spec.program

    @property
    def server(self) -> str:
        """The server's address as URIs have it."""
        return f"[{SERVER6}]" if self.case.ipv6 == "only" else SERVER

    @property
    def kargs(self) -> str:
        """The kernel arguments that every script of this boot passes."""
        return (f"console={self.spec.console} quiet panic=-1 "
                f"case={self.case.name} token={self.token}")

    @property
    def serial(self) -> str:
        return self._serial

    def plain_serial(self) -> str:
        """The serial text without terminal escapes."""
        return re.sub(r"\x1b\[[0-9;?=]*[A-Za-z]", "", self._serial)

    def linux(self) -> list[LinuxBoot]:
        """Every Linux that reached user space, in order."""
        boots: list[LinuxBoot] = []
        for line in self._serial.splitlines():
            if found := re.match(rf"{MARK} cmdline=\[(.*)\]$", line):
                boots.append(LinuxBoot(found.group(1)))
            elif found := re.match(rf"{MARK} sha256=(\w+) file=(\S+)", line):
                if boots:
                    boots[-1].sums[found.group(2)] = found.group(1)
        return boots

    def linux_done(self) -> int:
        return self._serial.count(f"{MARK} done")

    def fetched(self, name: str) -> int:
        """How often this file reached the machine completely by TFTP."""
        return self.wire.tftp_complete.get(name, 0)

    def update(self) -> None:
        self.wire.update()
        self._serial = self.machine.serial()

    # --- servers ---------------------------------------------------------

    def start_server(self, name: str) -> None:
        """Start a server of this case, again after stop_server."""
        self.servers[name] = self._starters[name]()

    def stop_server(self, name: str) -> None:
        self.servers[name].stop()

    def expand(self, text: str) -> str:
        """Replace the @WORDS@ of scripts (see cases.py)."""
        server = self.server
        web = (f"http://{server}/assets" if "resolver" in self.case.web
               else f"http://{server}:{servers.NGINX_PORT}")
        efi_initrd = (" initrd=initrd.img" if self.firmware == "debian"
                      and self.spec.firmware == "uefi" else "")

        def linux(match: re.Match[str]) -> str:
            extra = (match.group(1) or "").strip()
            return (f"kernel @WEB@/vmlinuz {self.kargs}"
                    f"{' ' if extra else ''}{extra}{efi_initrd}\n"
                    "initrd @WEB@/initrd.img\nboot")

        text = re.sub(r"@LINUX(?: ([^@]*))?@", linux, text)
        values = {
            "IP": server, "WEB": web, "CASE": self.case.name,
            "KARGS": self.kargs + efi_initrd, "PROGRAM": self.program,
            "NGINX": f"http://{server}:{servers.NGINX_PORT}",
            "FAULTS": f"http://{server}:{servers.FAULT_PORT}",
        }
        if "@PARTUUID@" in text:
            values["PARTUUID"] = medium.partition_uuid(self)
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        return text


Condition = Callable[[Boot], bool]
#: Looks at a finished boot; returns what is wrong, or None.
Check = Callable[[Boot], "str | None"]
DhcpStarter = Callable[[Boot], "list[servers.Server]"]


@dataclass(frozen=True)
class Case:
    """One row of the table of boots."""
    name: str
    #: One sentence: what must happen.
    what: str
    machine: str
    #: Starts the DHCP servers of this case.
    dhcp: DhcpStarter
    checks: list[Check]
    #: When the boot is over; the time limit in seconds follows.
    until: Condition
    timeout: float = 120
    #: "ours", or "debian" where the lab tests itself with stock iPXE.
    firmware: str = "ours"
    #: File name of the boot program if not the machine's usual one.
    program: str | None = None
    #: Script at /boot.ipxe: default.ipxe of the resolver's site, and the
    #: script that stock iPXE is given in `--firmware debian` runs.
    script: str | None = None
    #: Web servers: "resolver", "nginx", "faults"; and "syslog".
    web: tuple[str, ...] = ("resolver",)
    #: Further files: "tftp/x", "web/x", "site/x" to text, or to "@big",
    #: "@ours", "@old", "@debian" ... for a file (see place_file).
    files: dict[str, str] = field(default_factory=dict)
    #: Arguments of `unloop customise` for the boot program (with a medium:
    #: for that), after which it is
    #: served; @WORDS@ as in scripts, and @WORK@ for the folder of `files`.
    customise: list[str] = field(default_factory=list)
    #: Rules of the misbehaving web server; values "@big" ... name payloads.
    faults: list[dict[str, object]] = field(default_factory=list)
    #: (when, what to do then): each pair runs once, in order.
    actions: list[tuple[Condition, Callable[[Boot], None]]] = field(
        default_factory=list)
    #: "only": the network has no IPv4; "both": it has IPv6 besides. Then the
    #: servers of `dhcp` are those that advertise a router, too.
    ipv6: str = ""
    #: Called on the network before anything starts (loss and the like).
    network: Callable[[Network], None] | None = None
    #: Servers of `web` that are not running at first; an action starts them.
    late: tuple[str, ...] = ()
    #: What the machine boots from instead of the network: "ipxe.usb",
    #: "ipxe.iso" or "distro/ipxe.usb" ... below out/; see medium.py.
    medium: str | None = None
    #: How that is attached: "stick" or "cd"; "second" is a stick that the
    #: machine does not boot from by itself.
    attach: str = "stick"
    #: Files that a person copies onto the stick: name to content as in FILES.
    put: dict[str, str] = field(default_factory=dict)
    #: Which of our files it boots if not the machine's usual one.
    ours: str | None = None
    #: QEMU's network card if not the machine's usual one.
    nic: str | None = None
    #: See MachineSpec.offload.
    offload: bool = False
    #: More QEMU arguments; @DISK@ is the marker disk.
    qemu: list[str] = field(default_factory=list)
    #: Stock iPXE can do this too: `run --firmware debian` makes sense.
    stock_can: bool = False
    #: How much of each packet the dump keeps.
    snap: int = 1600
    #: Seconds between two looks at what happened.
    poll: float = 0.1
    #: Seconds to go on watching after `until` came true.
    settle: float = 0.5


@dataclass
class Result:
    """How a case ended."""
    case: Case
    #: What is wrong, empty when it passed.
    problems: list[str]
    seconds: float
    notes: list[str]
    skipped: str | None = None
    #: What was wrong when it was tried before this.
    first_problems: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.problems and self.skipped is None

    def text(self) -> str:
        if self.skipped is not None:
            return f"skipped: {self.skipped}"
        if not self.problems:
            return f"passed in {self.seconds:.0f} s"
        return "; ".join(self.problems)


def our_build(spec: MachineSpec, tag: str | None = None,
              variable: str = "BUILD_TAG") -> Path:
    """Our boot program for this machine, or its build tagged `tag`.

    A tagged build is made on demand: the same sources with another build
    ID, or with variable CONFIG another configuration, under OUT/<tag>. Skip
    where there is nothing built.
    """
    if tag is None:
        path = spec.our_program()
        if not path.exists():
            raise Skip(f"{path} is not built; run 'make' first")
        return path
    folder = OUT / tag
    path = folder / spec.ours
    lock = OUT / "lab" / f"build-{tag}"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with open(lock, "w") as handle:
        import fcntl
        fcntl.flock(handle, fcntl.LOCK_EX)
        env = {k: v for k, v in os.environ.items()
               if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        made = subprocess.run(
            [program("make"), "-C", str(LAB.parents[1]), f"O={folder}",
             f"{variable}={tag}", f"SOURCE_DIR={OUT / 'cache'}", str(path)],
            capture_output=True, text=True, timeout=900, env=env)
    if made.returncode or not path.exists():
        raise LabError(f"could not build {path} with {variable}={tag}: "
                       + made.stderr.strip()[-1500:])
    return path


def boot_program(boot: Boot) -> Path:
    """The file that the native PXE gets."""
    if boot.firmware == "debian":
        return Path(boot.spec.debian)
    return our_build(boot.spec)


def damaged_copy(work: Path, source: Path) -> Path:
    """A copy of SOURCE with one bit in its middle the other way round."""
    data = bytearray(source.read_bytes())
    data[len(data) // 2] ^= 1
    path = work / f"damaged-{source.name}"
    path.write_bytes(data)
    return path


def _source(boot: Boot, word: str) -> Path:
    """A file named by an @word of a case."""
    payload = boot.payload
    known = {"@vmlinuz": payload.vmlinuz, "@initrd": payload.initrd,
             "@part": payload.part, "@big": payload.big,
             "@other": payload.other, "@bulk": payload.bulk,
             "@debian": Path(boot.spec.debian)}
    if word in known:
        return known[word]
    if word == "@spcr":
        return screen.write_spcr(boot.work / "spcr.table")
    if word == "@picture":
        return screen.write_picture(boot.work / "picture.png")
    if word == "@ours":
        return boot_program(boot)
    if word == "@our-full-efi":
        return our_build(load_machine("uefi-full"))
    if word == "@our-snponly-efi":
        return our_build(load_machine("uefi"))
    if word.startswith("@damaged-"):
        return damaged_copy(
            boot.work, _source(boot, "@" + word.removeprefix("@damaged-")))
    if word.startswith("@signed-"):
        return secureboot.signed_copy(
            boot.work, _source(boot, "@" + word.removeprefix("@signed-")))
    if word.startswith("@config-"):
        return our_build(boot.spec, word.removeprefix("@config-"), "CONFIG")
    if word.startswith("@build-"):
        return our_build(boot.spec, word.removeprefix("@build-"))
    raise LabError(f"no file is known as {word}")


def _place_files(boot: Boot) -> None:
    """Lay out what the servers hand out under the work folder."""
    for folder in ("tftp", "web", "site/hosts", "site/assets"):
        (boot.work / folder).mkdir(parents=True)
    program_at = "card.rom" if boot.spec.has_rom else f"tftp/{boot.program}"
    wanted = {program_at: "@ours"}
    if "resolver" in boot.case.web:
        wanted |= {"site/assets/vmlinuz": "@vmlinuz",
                   "site/assets/initrd.img": "@initrd"}
        if boot.case.script is not None:
            wanted["site/default.ipxe"] = boot.case.script
    if "nginx" in boot.case.web:
        wanted |= {"web/vmlinuz": "@vmlinuz", "web/initrd.img": "@initrd"}
        if boot.case.script is not None:
            wanted["web/boot.ipxe"] = boot.case.script
    wanted |= boot.case.files
    if boot.case.medium:
        medium.prepare(boot)
    for name, content in wanted.items():
        path = boot.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        place_file(boot, path, content)
    if boot.case.customise:
        _customise(boot, boot.work / (
            "medium" if boot.case.medium else program_at))


def place_file(boot: Boot, path: Path, content: str) -> None:
    """Make the file that a row of FILES or PUT describes."""
    if not re.fullmatch(r"@[a-z0-9-]+", content):
        path.write_text(boot.expand(content))
        return
    source = _source(boot, content)
    # A copy that costs nothing; a link where the file system may.
    try:
        os.link(source, path)
    except OSError:
        shutil.copyfile(source, path)


def _customise(boot: Boot, path: Path) -> None:
    """Put into the boot program what the case wants in it."""
    tool = OUT / "bin" / "unloop"
    if not tool.exists():
        raise Skip(f"{tool} is not built; run 'make' first")
    words = [boot.expand(word).replace("@WORK@", str(boot.work))
             for word in boot.case.customise]
    done = subprocess.run([tool, "customise", *words, path], text=True,
                          capture_output=True, timeout=60)
    if done.returncode:
        raise LabError(f"could not customise {path.name}: {done.stderr}")


def _start_servers(boot: Boot, stack: contextlib.ExitStack) -> None:
    net, work, logs = boot.net, boot.work, boot.logs
    rules = [dict(rule) for rule in boot.case.faults]
    for rule in rules:
        name = str(rule.get("file", ""))
        if name:
            rule["file"] = str(_source(boot, name) if name.startswith("@")
                               else work / name)
    boot._starters = {
        "tftp": lambda: servers.Tftp(net, work, logs, work / "tftp"),
        "resolver": lambda: servers.Resolver(net, work, logs, work / "site"),
        "nginx": lambda: servers.Nginx(net, work, logs, work / "web"),
        "faults": lambda: servers.FaultWeb(net, work, logs, rules),
        "syslog": lambda: servers.Syslog(net, logs),
    }

    def stop_all() -> None:
        for server in [*boot.servers.values(), *boot.dhcp]:
            server.stop()

    stack.callback(stop_all)
    for name in ("tftp", *boot.case.web):
        if name not in boot.case.late:
            boot.start_server(name)
    if not boot.case.ipv6:
        boot.servers["router6"] = servers.Router6(net, logs)
    faults = boot.servers.get("faults")
    boot.faults = faults if isinstance(faults, servers.FaultWeb) else None
    resolver = boot.servers.get("resolver")
    if isinstance(resolver, servers.Resolver) and resolver.is_standin:
        boot.notes.append("unloopd is not built: its stand-in answered")
    if (boot.firmware == "debian" and boot.case.firmware == "ours"
            and boot.case.script is not None):
        path = "" if "resolver" in boot.case.web else \
            f":{servers.NGINX_PORT}"
        boot.dhcp = chained_dhcp(
            boot, f"http://{SERVER}{path}/boot.ipxe")
    else:
        boot.dhcp = boot.case.dhcp(boot)


def chained_dhcp(boot: Boot, url: str) -> list[servers.Server]:
    """A DHCP server set up by the book: a script URL for user class iPXE.

    A machine that does not load it by the network never needs another.
    """
    if not boot.spec.native_fetches:
        return [servers.DnsmasqDhcp(boot.net, boot.work, boot.logs,
                                    Answer(url))]
    answer = Answer(boot.program, ipxe_filename=url,
                    http_url=f"http://{SERVER}:{servers.NGINX_PORT}/"
                    f"{boot.program}")
    return [servers.IscDhcpd(boot.net, boot.work, boot.logs, answer)]


def _watch(boot: Boot,
           observer: Callable[[Boot], None] | None) -> list[str]:
    """Run until the case is over; returns problems with that alone."""
    case = boot.case
    actions = list(case.actions)
    end = time.monotonic() + case.timeout
    over: float | None = None
    while True:
        boot.update()
        if observer:
            observer(boot)
        while actions and actions[0][0](boot):
            actions.pop(0)[1](boot)
        if over is None and not actions and case.until(boot):
            over = time.monotonic() + case.settle
        if over is not None and time.monotonic() >= over:
            return []
        if not boot.machine.is_running():
            boot.update()
            if case.until(boot) and not actions:
                return []
            return ["the machine switched itself off before the end"]
        if time.monotonic() > end:
            return [f"not over after {case.timeout:g} s"]
        if stop_event.wait(case.poll):
            raise Stopped()


@contextlib.contextmanager
def prepared(case: Case, firmware: str | None = None) -> Iterator[Boot]:
    """The world of a case with its servers running and no machine yet."""
    spec = load_machine(case.machine)
    spec = replace(spec, nic=case.nic or spec.nic,
                   ours=case.ours or spec.ours,
                   offload=case.offload or spec.offload)
    boot = Boot(case, spec, firmware or case.firmware)
    with contextlib.ExitStack() as stack:
        shutil.rmtree(boot.logs, ignore_errors=True)
        boot.logs.mkdir(parents=True)
        boot.work = Path(stack.enter_context(
            tempfile.TemporaryDirectory(prefix="lab-",
                                        ignore_cleanup_errors=True)))
        # Servers that drop their privileges read here.
        boot.work.chmod(0o755)
        boot.payload = build_payload(architecture=boot.spec.linux)
        _place_files(boot)
        boot.net = stack.enter_context(Network())
        if case.ipv6:
            boot.net.add_ipv6(only=case.ipv6 == "only")
        if case.network:
            case.network(boot.net)
        boot.net.add_tap()
        _start_servers(boot, stack)
        boot.wire = Wire(boot.logs / "net.pcap")
        yield boot


def extra_arguments(boot: Boot) -> list[str]:
    """The case's own QEMU arguments, with its disk written."""
    words = medium.arguments(boot)
    for word in boot.case.qemu:
        if "@DISK@" in word:
            disk = boot.work / "disk.img"
            disk.write_bytes(marker_disk())
            word = word.replace("@DISK@", str(disk))
        if "@WORK@" in word:
            word = word.replace("@WORK@", str(boot.work))
        words.append(word)
    return words


def run_case(case: Case, firmware: str | None = None,
             observer: Callable[[Boot], None] | None = None) -> Result:
    """Run one case to its end and judge it.

    observer: called again and again while the machine runs, and once after.
    """
    begin = time.monotonic()
    problems: list[str] = []
    notes: list[str] = []
    try:
        with prepared(case, firmware) as boot, qemu_slot():
            notes = boot.notes
            boot.machine = Machine(boot.spec, boot.work, boot.logs,
                                   boot.net.name, "tap0",
                                   extra_arguments(boot), snap=case.snap)
            boot.started = time.time()
            begin = time.monotonic()
            try:
                problems = _watch(boot, observer)
                boot.ended = time.time()
            finally:
                boot.machine.stop()
            boot.update()
            if observer:
                observer(boot)
            for check in case.checks:
                problem = check(boot)
                if problem:
                    problems.append(problem)
            _write_summary(boot, problems)
            if not problems and not os.environ.get("LAB_KEEP"):
                (boot.logs / "net.pcap").unlink(missing_ok=True)
    except Skip as skip:
        return record(Result(case, [], 0, notes, str(skip)))
    except LabError as error:
        problems.append(f"the lab failed: {error}")
    return record(Result(case, problems, time.monotonic() - begin, notes))


def record(result: Result) -> Result:
    """Keep how the case ended, for scripts/matrix; returns it."""
    folder = LOGS / result.case.name
    folder.mkdir(parents=True, exist_ok=True)
    word = "skipped" if result.skipped is not None else \
        "failed" if result.problems else "passed"
    (folder / "result.json").write_text(json.dumps(
        {"result": word, "seconds": round(result.seconds, 1),
         "why": result.skipped or "; ".join(result.problems),
         "first try": "; ".join(result.first_problems)}) + "\n")
    return result


def _write_summary(boot: Boot, problems: list[str]) -> None:
    """Keep what happened as JSON, for a person who asks why."""
    wire = boot.wire
    start = boot.started - wire.skew
    summary = {
        "case": boot.case.name, "what": boot.case.what,
        "problems": problems, "notes": boot.notes,
        "tftp requests": [f"{r.time - start:.2f} {r.filename}"
                          for r in wire.tftp],
        "tftp transfers": wire.tftp_complete,
        "http requests": [
            f"{r.time - start:.2f} :{r.port} {r.method} {r.target} "
            f"{r.headers.get('range', '')} -> {r.status}"
            for r in wire.http],
        "dhcp messages": [f"{m.time - start:.2f} {m.kind} xid={m.xid:08x}"
                          for m in wire.dhcp],
        "linux": [b.cmdline for b in boot.linux()],
        "disk": DISK_MARK in boot.serial,
    }
    (boot.logs / "what-happened.json").write_text(
        json.dumps(summary, indent=1) + "\n")
