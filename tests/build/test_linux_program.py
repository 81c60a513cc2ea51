"""The firmware as a Linux program: command line, shell, exit codes."""
from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "out/linux-asan/firmware"
TIMEOUT = 30


def build(target: str, *words: str) -> Path:
    done = subprocess.run(
        ["make", "--no-print-directory", "-j2", *words, target],
        cwd=ROOT,
        env={**os.environ, "MAKEFLAGS": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return ROOT / target


@pytest.fixture(scope="module")
def program() -> Path:
    return build(PROGRAM)


@pytest.fixture(scope="module")
def bare_program() -> Path:
    """The program with no script in it."""
    return build("out/bare/linux-x86_64/firmware", "O=out/bare", "EMBED=",
                 f"SOURCE_DIR={ROOT}/out/cache")


def run(
    program: Path, tmp_path: Path, script: str, *words: str
) -> subprocess.CompletedProcess[str]:
    """Run script; the marker of generations is kept in tmp_path."""
    path = tmp_path / "boot.ipxe"
    path.write_text(script)
    return subprocess.run(
        [program, *words, path],
        env={**os.environ, "UNLOOP_MARKER_FILE": str(tmp_path / "marker")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=TIMEOUT,
    )


def test_script_prints_and_its_status_is_the_exit_code(
    program: Path, tmp_path: Path
) -> None:
    done = run(program, tmp_path, "#!ipxe\necho on ${platform}\nexit 7\n")
    assert done.returncode == 7, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Unloop ") and "build " in lines[0]
    assert lines[-1] == "on linux"


def test_failing_script_exits_with_1_and_names_the_line(
    program: Path, tmp_path: Path
) -> None:
    done = run(program, tmp_path, "#!ipxe\n\niseq a b\n")
    assert done.returncode == 1
    assert "boot.ipxe: line 3 failed" in done.stdout


def test_settings_are_set_from_the_command_line(
    program: Path, tmp_path: Path
) -> None:
    done = run(
        program, tmp_path, "#!ipxe\nshow net0/ip\nshow word\n",
        "--set", "net0/ip=10.0.0.2", "--set", "word=a b",
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-2:] == [
        "net0/ip:ipv4 = 10.0.0.2", "word:string = a b",
    ]


@pytest.mark.parametrize(
    "words", [["--set", "x"], ["--set", "ip=1.2"], ["--nope"], ["a", "b"],
              ["/nonexistent/script"]],
)
def test_wrong_command_line_exits_with_1_and_a_reason(
    program: Path, words: list[str]
) -> None:
    done = subprocess.run(
        [program, *words], stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=TIMEOUT,
    )
    assert done.returncode == 1
    assert done.stderr
    assert "Unloop" not in done.stdout


def test_file_that_is_no_script_boots_as_a_program(
    program: Path, tmp_path: Path
) -> None:
    done = run(program, tmp_path, "no script\0")
    assert done.returncode == 0
    assert "boot: boot program boot.ipxe, 10 bytes" in done.stdout
    done = run(program, tmp_path, "no script")
    assert done.returncode == 1
    assert "it is a text, neither a script" in done.stdout


def test_generation_counts_programs_that_start_each_other(
    program: Path, tmp_path: Path
) -> None:
    say = "#!ipxe\necho generation ${generation}\n"
    # Ended by itself: control went back, nothing was entered.
    assert "generation 1\n" in run(program, tmp_path, say).stdout
    assert "generation 1\n" in run(program, tmp_path, say + "reboot\n").stdout
    # The machine went on without us: the next one is deeper.
    assert "generation 2\n" in run(program, tmp_path, say).stdout


class Terminal:
    """What a program shows on the other side of a pseudo-terminal."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.shown = ""

    def expect(self, text: str) -> None:
        """Read up to text and forget it; fails if it does not appear."""
        end = time.monotonic() + TIMEOUT
        while text not in self.shown:
            assert time.monotonic() < end, f"no {text!r} in {self.shown!r}"
            ready, _, _ = select.select([self.fd], [], [], 1)
            if ready:
                self.shown += os.read(self.fd, 4096).decode(errors="replace")
        self.shown = self.shown.split(text, 1)[1]

    def type(self, keys: bytes) -> None:
        os.write(self.fd, keys)


def exit_code(pid: int) -> int:
    """Wait for our child PID."""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        ended, result = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(result)
        time.sleep(0.05)
    raise AssertionError("it does not end")


def test_shell_edits_lines_on_a_terminal(
    program: Path, tmp_path: Path
) -> None:
    script = tmp_path / "shell.ipxe"
    script.write_text("#!ipxe\nshell\n")
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(program, [str(program), str(script)])
    terminal = Terminal(fd)
    try:
        terminal.expect("unloop> ")
        terminal.type(b"ecko one\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\bh\r")
        terminal.expect("\none\r\n")
        terminal.expect("unloop> ")
        terminal.type(b"\x1b[A two\r")
        terminal.expect("\none two\r\n")
        terminal.expect("unloop> ")
        terminal.type(b"sleep 600\r")
        time.sleep(0.5)
        terminal.type(b"\x03")
        terminal.expect("sleep: stopped by Ctrl-C")
        terminal.expect("unloop> ")
        terminal.type(b"exit 5\r")
        assert exit_code(pid) == 5
        pid = 0
    finally:
        os.close(fd)
        if pid:
            os.kill(pid, 9)
            os.waitpid(pid, 0)


def test_without_a_script_the_scriptlet_runs(bare_program: Path) -> None:
    done = subprocess.run(
        [bare_program, "--set", "scriptlet=echo said && exit 7"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        timeout=TIMEOUT,
    )
    assert done.returncode == 7, done.stdout
    banner, _, rest = done.stdout.partition("Press Ctrl-B")
    assert "said\n" not in banner and rest.endswith("said\n")
    assert "Press Ctrl-B" not in rest


def test_without_a_scriptlet_it_boots_by_itself(bare_program: Path) -> None:
    """The shell is offered before, and again after nothing booted."""
    done = subprocess.run(
        [bare_program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        text=True, timeout=TIMEOUT,
    )
    assert done.returncode == 1
    parts = done.stdout.split("Press Ctrl-B")
    assert len(parts) == 3
    assert "No more network devices" in parts[1]


def test_ctrl_b_at_the_banner_gives_the_shell(bare_program: Path) -> None:
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(bare_program, [str(bare_program), "--set",
                                "scriptlet=exit 7"])
    terminal = Terminal(fd)
    try:
        terminal.expect("Press Ctrl-B")
        terminal.type(b"\x02")
        terminal.expect("unloop> ")
        terminal.type(b"exit 5\r")
        assert exit_code(pid) == 5
        pid = 0
    finally:
        os.close(fd)
        if pid:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
