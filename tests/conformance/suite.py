# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Run small scripts on Debian's iPXE and on ours, and compare what they print.

A case is a file cases/NAME.case: headers, the script, and what it prints.

  what:  one sentence
  rule:  where the rule is described (the compatibility reference's section)
  on:    which firmware runs it: debian (stock iPXE), bios (undionly.kpxe of
         CONFIG=full in QEMU), linux (the same firmware as a program, without
         a network); all three unless said
  form:  crlf (lines end in CR LF) or no-newline (the last line has no end)
  note:  why firmware differs, where it does
  keep:  compare only what matches this: for full screens, which look different
  exit:  ok or failed
  === script
  === output
  === output of debian      only where it differs; the note says why

@TFTP@ and @HTTP@ stand for the servers that hold files/. One boot runs all
cases of a firmware: a driver script chains them one after the other.

Compared are the lines between a case's markers after normalise(), which takes
out what may differ: progress of downloads, sentences about errors (status and
what runs next must be equal, their words not), usages.
"""

from __future__ import annotations

import http.server
import os
import re
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "lab"))

from labkit.base import LOGS, OUT, Process, qemu_slot, qemu_wrapper  # noqa: E402

STOCK = Path("/usr/lib/ipxe/ipxe.lkrn")
FIRMWARES = ("debian", "bios", "linux")
HOST = "10.0.2.2"  # of QEMU's own network
MAC = "52:54:00:77:00:01"
UUID = "00112233-4455-6677-8899-aabbccddeeff"
BOOT_TIMEOUT = 300.0
LINUX_TIMEOUT = 30.0
#: Longer than any window, and not a multiple of a block.
BIG = (bytes(range(251)) * 1200)[:300001]


@dataclass
class Case:
    """One file of cases/."""
    name: str
    headers: dict[str, str]
    script: str
    output: str
    debian_output: str | None

    def runs_on(self, firmware: str) -> bool:
        return firmware in self.headers.get("on", " ".join(FIRMWARES)).split()

    def expected(self, firmware: str) -> str:
        if firmware == "debian" and self.debian_output is not None:
            return self.debian_output
        return self.output

    def compared(self, output: str) -> str:
        """The part of a firmware's output that counts."""
        if "keep" not in self.headers:
            return output
        return "".join(found + "\n" for found
                       in re.findall(self.headers["keep"], output))

    def encoded(self, tftp: str, web: str) -> bytes:
        """The script as it is served."""
        text = self.script.replace("@TFTP@", tftp).replace("@HTTP@", web)
        form = self.headers.get("form")
        if form == "crlf":
            text = text.replace("\n", "\r\n")
        elif form == "no-newline":
            text = text.removesuffix("\n")
        return text.encode()


@dataclass
class Outcome:
    """What a case did on one firmware."""
    output: str
    exit: str


@dataclass
class Run:
    """What all cases did on one firmware."""
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    log: Path | None = None
    seconds: float = 0


def load_case(path: Path) -> Case:
    """Read one file; ValueError says what is wrong with it."""
    parts = re.split(r"(?m)^=== (script|output of debian|output)\n",
                     path.read_text())
    headers = {}
    for line in parts[0].splitlines():
        key, colon, value = line.partition(": ")
        if not colon or key not in ("what", "rule", "on", "form", "note",
                                    "keep", "exit"):
            raise ValueError(f"{path.name}: bad header: {line}")
        headers[key] = value
    sections = dict(zip(parts[1::2], parts[2::2]))
    if headers.get("exit") not in ("ok", "failed") or "what" not in headers:
        raise ValueError(f"{path.name}: needs what: and exit: ok or failed")
    if "output of debian" in sections and "note" not in headers:
        raise ValueError(f"{path.name}: a difference needs a note: why")
    return Case(path.stem, headers, sections["script"], sections["output"],
                sections.get("output of debian"))


def load_cases() -> list[Case]:
    return [load_case(p) for p in sorted((FOLDER / "cases").glob("*.case"))]


#: What is taken out before comparing: (who prints it, pattern).
NOISE = [
    # The terminal's escapes and what is wiped again (prompts, progress).
    ("both", r"\x1b\[[0-9;?=]*[A-Za-z]"),
    # A download's progress.
    ("stock", r"(?m)^\S+?\.\.\.(?: |\d+%)* ok\n"),
    ("ours", r"(?m)^(?:tftp|http)://\S+: [\d.]+ k?M?B in .*\n"),
    # A usage, after --help or wrong words.
    ("stock", r"(?m)^Usage:\n\n  .*\n\nSee .*\n"),
    ("ours", r"(?m)^Usage: .*\n(?:  .*\n(?:  Example: .*\n)?)?"),
    # An interface being configured.
    ("stock", r"(?m)^Configuring \(.*\n"),
    # What happens to a SAN device.
    ("stock", r"(?m)^(?:Boot|Unregistered).* SAN device.*\n"),
    # A boot server being looked for.
    ("stock", r"(?m)^PXEBS \([^)]*\)(?:\.+ (?:ok\n)?)?"),
    ("ours", r"(?m)^net\d+: .*\n"),
    ("ours", r"(?m)^There is no network card .*\n"),
    # Sentences about errors.
    ("stock", r'(?m)^Could not find ".*\n\n'),
    ("stock", r"(?m)^No image selected\n"),
    ("stock", r"(?m)^.*https?://(?:ipxe\.org|bugs\.debian)/\S*\n"),
    ("stock", r"(?m)^(?:Invalid|Unrecognised|Missing|Option|Could not|Unknown|"
              r"Setting|No such|Usage).*\n"),
    ("stock", r'(?m)^".*": no such .*\n'),
    ("stock", r"(?m)^\S+: (?:invalid|unrecognized|option) .*\n"),
    ("ours", r"(?m)^\S+: line \d+ failed: .*\n"),
    ("ours", r"(?m)^(?:set|clear|show|inc|chain|img\w+|kernel|boot|module|"
             r"initrd|prompt|sleep|exit|echo|goto|if\w+|dhcp|sync|is\w+|menu|"
             r"item|choose|param|params|read|login|form|present|time|ping|"
             r"nslookup|\w+sum|iflinkwait|cpuid|pciscan|pxebs|"
             r"san\w+|v\w+): .*\n"),
]
KEPT = r"(?m)^(.*: command not found)$"


def wipe(text: str) -> str:
    """Apply backspaces and carriage returns as a screen does."""
    lines = []
    for line in text.split("\n"):
        cells: list[str] = []
        column = 0
        for char in line:
            if char == "\b":
                column = max(0, column - 1)
            elif char == "\r":
                column = 0
            else:
                cells[column:column + 1] = [char]
                column += 1
        lines.append("".join(cells).rstrip(" "))
    return "\n".join(lines)


def normalise(text: str, firmware: str) -> str:
    """Take out what may differ between firmwares."""
    whose = "stock" if firmware == "debian" else "ours"
    text = text.replace("\r\n", "\n")
    if firmware == "debian":
        # SeaBIOS breaks lines at the screen's edge.
        text = re.sub(r"(?m)^(.{80})\n", r"\1", text)
    text = re.sub(KEPT, "\x00\\1", wipe(text))
    for who, pattern in NOISE:
        if who in (whose, "both"):
            text = re.sub(pattern, "", text)
    return text.replace("\x00", "")


class _Web(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, *args: object, folder: str, **words: object) -> None:
        super().__init__(*args, directory=folder, **words)  # type: ignore

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/moved.ipxe":
            self.send_response(302)
            self.send_header("Location", "/sub/where.ipxe")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path == "/echo.ipxe":
            self.answer(f"#!ipxe\necho {query}\n".encode())
        elif path in ("/", "/folder/"):
            self.answer(b"#!ipxe\necho folder\n")
        elif path == "/hang":
            time.sleep(4)
        else:
            super().do_GET()

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        kind = self.headers.get("Content-Type", "")
        extra = self.headers.get("X-Test", "")
        self.answer(f"#!ipxe\necho {kind} {body} {extra}\n".encode())

    def answer(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


class _WebServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def _driver(cases: list[Case], tftp: str, needs_dhcp: bool) -> str:
    lines = ["#!ipxe", "dhcp || dhcp || dhcp" if needs_dhcp else ""]
    for case in cases:
        lines += [
            f"echo @@BEGIN {case.name}",
            f"chain {tftp}/{case.name}.ipxe && set cs ok || set cs failed",
            f"echo @@END {case.name} ${{cs}}", "imgfree", "clear cs"]
    lines += ["echo @@DONE", "poweroff"]
    return "\n".join(lines) + "\n"


def _collect(serial: str, firmware: str, web: str) -> dict[str, Outcome]:
    """Cut the serial log at its markers."""
    outcomes = {}
    pattern = (r"(?s)@@BEGIN (\S+)\r?\n(.*?)"
               r"@@END \1 (\w+)")
    for found in re.finditer(pattern, serial):
        # The chain of the case itself and its final word are the driver's.
        output = normalise(found.group(2), firmware)
        output = output.replace(web, "@HTTP@").replace(
            f"tftp://{HOST}", "@TFTP@")
        outcomes[found.group(1)] = Outcome(output, found.group(3))
    return outcomes


def qemu_command(firmware: str, work: Path, log: Path) -> list[str]:
    """One machine with QEMU's own DHCP and TFTP servers."""
    boot = ["-vga", "std", "-boot", "order=n"]
    if firmware == "debian":
        # It writes to the screen only: SeaBIOS shows that on the serial port.
        boot = ["-machine", "graphics=off", "-vga", "none",
                "-kernel", str(STOCK), "-initrd", str(work / "driver.ipxe")]
    return [
        *qemu_wrapper(), "qemu-system-x86_64", "-accel", "tcg",
        "-nodefaults", "-display", "none", "-no-reboot",
        "-m", "256", "-uuid", UUID,
        "-smbios", "type=1,serial=LAB 1,manufacturer=Maker,product=Thing",
        "-smbios", "type=3,asset=TAG",
        "-serial", f"file:{log}",
        "-netdev", f"user,id=n0,tftp={work},bootfile=undionly.kpxe",
        "-device", f"virtio-net-pci,netdev=n0,mac={MAC}", *boot]


def run_qemu(firmware: str, cases: list[Case]) -> Run:
    """One boot that runs every case of this firmware."""
    logs = LOGS / f"conformance-{firmware}"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    run = Run(log=logs / "serial.log")
    mine = [c for c in cases if c.runs_on(firmware)]
    with tempfile.TemporaryDirectory(prefix="conformance-") as name:
        work = Path(name)
        shutil.copytree(FOLDER / "files", work, dirs_exist_ok=True)
        (work / "big.bin").write_bytes(BIG)
        server = _WebServer(
            ("127.0.0.1", 0),
            lambda *a, **w: _Web(*a, folder=name, **w))  # type: ignore
        threading.Thread(target=server.serve_forever, daemon=True).start()
        tftp = f"tftp://{HOST}"
        web = f"http://{HOST}:{server.server_address[1]}"
        for case in mine:
            (work / f"{case.name}.ipxe").write_bytes(case.encoded(tftp, web))
        driver = _driver(mine, tftp, firmware == "debian")
        if firmware == "debian":
            (work / "driver.ipxe").write_text(driver)
        else:
            (work / "autoexec.ipxe").write_text(driver)
            shutil.copyfile(OUT / "full" / "undionly.kpxe",
                            work / "undionly.kpxe")
        begin = time.monotonic()
        serial = b""
        with qemu_slot():
            process = Process(qemu_command(firmware, work, run.log),
                              logs / "qemu.log")
            try:
                while time.monotonic() < begin + BOOT_TIMEOUT:
                    time.sleep(0.2)
                    if run.log.exists():
                        serial = run.log.read_bytes()
                    if b"@@DONE" in serial or not process.is_running():
                        break
            finally:
                process.stop()
                server.shutdown()
                server.server_close()
        run.seconds = time.monotonic() - begin
        run.outcomes = _collect(serial.decode("utf-8", "replace"), firmware,
                                web)
    return run


def run_linux(cases: list[Case]) -> Run:
    """Each case in a process of its own; those without a network."""
    run = Run()
    begin = time.monotonic()
    program = OUT / "linux-x86_64" / "firmware"
    with tempfile.TemporaryDirectory(prefix="conformance-") as name:
        env = {**os.environ, "UNLOOP_MARKER_FILE": str(Path(name) / "marker")}
        for case in cases:
            if not case.runs_on("linux"):
                continue
            path = Path(name) / f"{case.name}.ipxe"
            path.write_bytes(case.encoded("tftp://nowhere", "http://nowhere"))
            done = subprocess.run(
                [program, path], env=env, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, timeout=LINUX_TIMEOUT)
            # The first line is the banner.
            text = done.stdout.decode("utf-8", "replace").split("\n", 1)[1]
            run.outcomes[case.name] = Outcome(
                normalise(text, "linux"),
                "failed" if done.returncode else "ok")
    run.seconds = time.monotonic() - begin
    return run
