"""make usb DEV=: what it refuses, what it says, and that it really looks.

The stick is a loop device, described by a made-up /sys and /proc.
"""
from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import pty
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts/write-usb"
MIB = 1 << 20

loader = importlib.machinery.SourceFileLoader("write_usb", str(SCRIPT))
spec = importlib.util.spec_from_loader("write_usb", loader)
assert spec
write_usb = importlib.util.module_from_spec(spec)
loader.exec_module(write_usb)


class Stick:
    """A loop device and what the kernel is said to know of it."""

    def __init__(self, folder: Path, mib: int = 8) -> None:
        self.file = folder / "stick"
        self.file.write_bytes(os.urandom(mib * MIB))
        made = subprocess.run(
            ["losetup", "--find", "--show", self.file], text=True,
            capture_output=True, timeout=30)
        if made.returncode:
            pytest.skip(f"no loop devices here: {made.stderr.strip()}")
        self.path = made.stdout.strip()
        self.name = Path(self.path).name
        self.sys, self.proc = folder / "sys", folder / "proc"
        self.block = self.sys / "block" / self.name
        (self.block / "device").mkdir(parents=True)
        number = os.stat(self.path).st_rdev
        self.number = f"{os.major(number)}:{os.minor(number)}"
        (self.sys / "dev/block").mkdir(parents=True)
        (self.sys / "dev/block" / self.number).symlink_to(self.block)
        for name, value in {
                "dev": self.number, "removable": "1", "ro": "0",
                "size": str(mib * MIB // 512), "device/vendor": "Maker   ",
                "device/model": "Stick 3000   ", "device/type": "0"}.items():
            (self.block / name).write_text(value + "\n")
        (self.proc / "self").mkdir(parents=True)
        (self.proc / "self/mountinfo").write_text(
            "22 1 254:0 / / rw - ext4 /dev/vda rw\n")
        (self.proc / "swaps").write_text("Filename Type Size Used Priority\n")
        self.image = folder / "image"
        self.image.write_bytes(os.urandom(3 * MIB + 512))

    def add_partition(self, number: int = 1) -> Path:
        folder = self.block / f"{self.name}p{number}"
        folder.mkdir()
        (folder / "partition").write_text(f"{number}\n")
        (folder / "dev").write_text(f"259:{number}\n")
        (folder / "size").write_text("4096\n")
        return folder

    def arguments(self, *more: str) -> list[str]:
        return [str(SCRIPT), "--sys", str(self.sys), "--proc", str(self.proc),
                *more, str(self.image), self.path]

    def write(self, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.arguments(*more), capture_output=True,
                              text=True, timeout=60, stdin=subprocess.DEVNULL)

    def refused(self, *more: str) -> str:
        """What it says; nothing may have been written."""
        before = self.file.read_bytes()
        done = self.write(*(more or ("--yes",)))
        assert done.returncode == 1
        assert self.file.read_bytes() == before
        return done.stderr


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Stick]:
    if os.geteuid() != 0:
        pytest.skip("loop devices need root")
    stick = Stick(tmp_path)
    yield stick
    subprocess.run(["losetup", "--detach", stick.path], check=False,
                   timeout=30)


def test_image_is_written_and_nothing_else_but_the_end(stick: Stick) -> None:
    before = stick.file.read_bytes()
    done = stick.write("--yes")
    assert done.returncode == 0, done.stderr
    image = stick.image.read_bytes()
    after = stick.file.read_bytes()
    assert after[:len(image)] == image
    assert after[4 * MIB:7 * MIB] == before[4 * MIB:7 * MIB]
    assert after[7 * MIB:] == bytes(MIB)  # where an old GPT would be
    assert "Maker Stick 3000" in done.stdout


def test_make_usb_writes_with_dev(stick: Stick) -> None:
    """The recipe; the real /sys says that a loop device is no stick."""
    done = subprocess.run(
        ["make", "--no-print-directory", "usb", f"DEV={stick.path}", "YES=1"],
        cwd=ROOT, capture_output=True, text=True, timeout=600,
        env={**os.environ, "MAKEFLAGS": ""})
    assert done.returncode != 0
    assert "is not removable" in done.stderr


def test_file_is_refused(stick: Stick) -> None:
    stick.path, loop = str(stick.file), stick.path
    assert "is not a block device" in stick.refused()
    stick.path = loop


def test_what_is_not_there_is_refused(stick: Stick) -> None:
    stick.path, loop = "/dev/nonexistent", stick.path
    assert "No such file" in stick.refused()
    stick.path = loop


def test_fixed_disk_is_refused(stick: Stick) -> None:
    (stick.block / "removable").write_text("0\n")
    assert "is not removable" in stick.refused()


def test_partition_is_refused_and_the_disk_named(stick: Stick) -> None:
    folder = stick.add_partition()
    link = stick.sys / "dev/block" / stick.number
    link.unlink()
    link.symlink_to(folder)
    message = stick.refused()
    assert "is a partition" in message and f"/dev/{stick.name}" in message


def test_mounted_stick_is_refused(stick: Stick) -> None:
    folder = stick.add_partition()
    (stick.proc / "self/mountinfo").write_text(
        f"30 22 {(folder / 'dev').read_text().strip()} / /media/my\\040stick "
        "rw - vfat /dev/x rw\n")
    assert "mounted on /media/my stick" in stick.refused()


def test_disk_of_the_system_is_refused(stick: Stick) -> None:
    (stick.proc / "self/mountinfo").write_text(
        f"22 1 {stick.number} / / rw - ext4 /dev/x rw\n")
    assert "a disk of this system" in stick.refused()


def test_swap_is_refused(stick: Stick) -> None:
    (stick.proc / "swaps").write_text(
        f"Filename Type\n/dev/{stick.name} partition 1 0 -2\n")
    assert "is in use" in stick.refused()


def test_what_lvm_or_raid_use_is_refused(stick: Stick) -> None:
    (stick.add_partition() / "holders/dm-0").mkdir(parents=True)
    assert "in use, by dm-0" in stick.refused()


def test_cd_drive_is_refused(stick: Stick) -> None:
    (stick.block / "device/type").write_text("5\n")
    assert "CD writer" in stick.refused()


def test_write_protected_stick_is_refused(stick: Stick) -> None:
    (stick.block / "ro").write_text("1\n")
    assert "write-protected" in stick.refused()


def test_empty_card_reader_is_refused(stick: Stick) -> None:
    (stick.block / "size").write_text("0\n")
    assert "no medium" in stick.refused()


def test_too_small_stick_is_refused(stick: Stick) -> None:
    (stick.block / "size").write_text(f"{2 * MIB // 512}\n")
    message = stick.refused()
    assert "too small" in message and "2 MiB" in message


def test_without_terminal_or_yes_it_is_refused(stick: Stick) -> None:
    assert "--yes" in stick.refused("--sys", str(stick.sys))


def test_stick_that_is_held_open_is_refused(stick: Stick) -> None:
    """Whatever /proc says: the kernel knows."""
    holder = os.open(stick.path, os.O_RDONLY | os.O_EXCL)
    try:
        assert "busy" in stick.refused()
    finally:
        os.close(holder)


def answer(stick: Stick, text: str) -> tuple[int, str]:
    """Run it on a terminal and type TEXT at its question."""
    stick.add_partition()
    child, terminal = pty.fork()
    if not child:
        os.execv(SCRIPT, stick.arguments())
    said = b""
    end = time.monotonic() + 60
    is_answered = False
    while time.monotonic() < end:
        try:
            said += os.read(terminal, 4096)
        except OSError:
            break
        if not is_answered and b"To write, type" in said:
            os.write(terminal, text.encode() + b"\n")
            is_answered = True
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said.decode()


def test_person_sees_what_is_lost_and_says_its_name(stick: Stick) -> None:
    code, said = answer(stick, stick.name)
    assert code == 0
    assert f"{stick.name}p1  2 MB" in said
    assert "comparing: 4 of 4 MiB" in said
    assert stick.file.read_bytes().startswith(stick.image.read_bytes())


def test_another_answer_writes_nothing(stick: Stick) -> None:
    before = stick.file.read_bytes()
    code, said = answer(stick, "y")
    assert code == 1 and "not written" in said
    assert stick.file.read_bytes() == before


def test_what_reads_back_differently_is_found(
    stick: Stick, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One bit of the stick changes after everything was written."""
    compare = write_usb.compare

    def change_a_bit_first(path: str, image: bytes) -> None:
        with open(stick.file, "r+b") as stream:
            stream.seek(2 * MIB + 1000)
            byte = stream.read(1)[0]
            stream.seek(-1, os.SEEK_CUR)
            stream.write(bytes([byte ^ 1]))
        compare(path, image)

    monkeypatch.setattr(write_usb, "compare", change_a_bit_first)
    monkeypatch.setattr("sys.argv", stick.arguments("--yes"))
    assert write_usb.main() == 1
    assert "differently at 2 MiB" in capsys.readouterr().err


def test_ctrl_c_says_that_the_stick_is_incomplete(
    stick: Stick, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It comes while the second MiB is written; the first is empty then."""
    write_at = write_usb.write_at

    def interrupted(fd: int, data: bytes, at: int) -> None:
        if at == 2 * MIB:
            os.kill(os.getpid(), signal.SIGINT)
        write_at(fd, data, at)

    monkeypatch.setattr(write_usb, "write_at", interrupted)
    monkeypatch.setattr("sys.argv", stick.arguments("--yes"))
    # A shell that starts the tests in the background has SIGINT ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert write_usb.main() == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert "incomplete" in capsys.readouterr().err
    assert stick.file.read_bytes()[:MIB] == bytes(MIB)
