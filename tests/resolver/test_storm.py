# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Storms: unloop storm as the load, Retry-After as the answer to it."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import socket
import subprocess
import threading
import time

import pytest

from unloopd import UNLOOPD, Daemon, Site

UNLOOP = UNLOOPD.with_name("unloop")
WAIT = 60


def storm(daemon: Daemon, *words: str,
          path: str = "/boot.ipxe") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(UNLOOP), "storm", *words,
         f"http://127.0.0.1:{daemon.port}{path}"],
        capture_output=True, text=True, timeout=WAIT)


@pytest.fixture
def bootable(site: Site) -> Site:
    site.write("default.ipxe",
               "#!ipxe\nkernel http://{{server}}/assets/vmlinuz quiet\n"
               "initrd http://{{server}}/assets/initrd.img\nboot\n")
    site.write("assets/vmlinuz", bytes(50000))
    site.write("assets/initrd.img", bytes(90000))
    return site


def test_every_machine_gets_script_kernel_and_initrd(
        bootable: Site, daemon: Daemon) -> None:
    result = storm(daemon, "-n", "50", "-c", "10")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "50 machines served, 0 failed" in result.stdout
    assert "150 requests" in result.stdout
    lines = daemon.wait_for_lines(150)
    assert len([x for x in lines if "/assets/initrd.img" in x]) == 50
    assert any("mac=52:54:00:00:00:31" in x for x in lines)


def test_threads_share_the_machines(bootable: Site, daemon: Daemon) -> None:
    result = storm(daemon, "-n", "50", "-c", "10", "-j", "3")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "50 machines served, 0 failed" in result.stdout
    assert re.search(r"^machine +50 ", result.stdout, re.M)
    macs = re.findall(r"mac=(\S+)\"", "\n".join(daemon.wait_for_lines(150)))
    assert sorted(macs) == [f"52:54:00:00:00:{i:02x}" for i in range(50)]


def test_round_after_round_asks_on_kept_connections(
        site: Site, daemon: Daemon) -> None:
    """With -r; each reply is one that the daemon logged."""
    site.write("default.ipxe", f"#!ipxe\necho {{{{mac}}}} {'x' * 5000}\n")
    daemon.settle()
    result = storm(daemon, "-r", "-n", "1000", "-c", "30", "-j", "2",
                   "-t", "1")
    assert result.returncode == 0, result.stdout + result.stderr
    match = re.search(r"^(\d+) machines served, 0 failed, .*; (\d+) requests",
                      result.stdout, re.M)
    assert match
    served, asked = int(match[1]), int(match[2])
    assert 100 < served <= asked <= served + 30
    lines = daemon.wait_for_lines(served)
    assert served <= len(lines) <= asked
    assert len(set(re.findall(r"mac=(\S+)\"", "\n".join(lines)))) > 90


class Fickle:
    """A server that ends kept connections: behind a reply that says so,
    behind one that does not, and within a reply."""

    def __init__(self) -> None:
        self.sock = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self.sock.getsockname()[1]
        self.replies = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self.sock.accept()
                threading.Thread(target=self.serve, args=(sock,),
                                 daemon=True).start()

    def serve(self, sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError):
            for number in range(6):
                data = b""
                while not data.endswith(b"\r\n\r\n"):
                    chunk = sock.recv(4096)
                    if not chunk:
                        return
                    data += chunk
                self.replies += 1
                way = self.replies % 5
                is_end = number == 5
                reply = (b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n"
                         + (b"Connection: close\r\n" if is_end and way == 0
                            else b"") + b"\r\n" + b"x" * 3000)
                sock.sendall(reply[:700])
                time.sleep(0.001)
                if is_end and way == 1:
                    return
                sock.sendall(reply[700:])


def test_round_after_round_survives_ended_connections() -> None:
    """It asks again on another one; a reply that breaks off is told."""
    server = Fickle()
    result = subprocess.run(
        [str(UNLOOP), "storm", "-r", "-n", "100", "-c", "20", "-t", "2",
         f"http://127.0.0.1:{server.port}/boot.ipxe"],
        capture_output=True, text=True, timeout=WAIT)
    server.sock.close()
    match = re.search(r"^(\d+) machines served, (\d+) failed",
                      result.stdout, re.M)
    assert match, result.stdout + result.stderr
    assert int(match[1]) > 200
    assert int(match[2]) == 0
    # Of six replies on a connection, a fifth of the last ones broke off.
    errors = re.search(r"^(\d+) errors; the first: (.*)", result.stdout, re.M)
    assert errors and errors[2] == "receiving: the connection ended."
    assert int(errors[1]) <= server.replies / 15


def read_all(terminal: int) -> str:
    """What is shown on a terminal until nobody has it open any more."""
    shown = b""
    with contextlib.suppress(OSError):
        while data := os.read(terminal, 4096):
            shown += data
    return shown.decode()


def test_terminal_shows_how_far_it_is(
        bootable: Site, daemon: Daemon) -> None:
    """All threads' machines, once a second; the report has its line."""
    terminal, stderr = pty.openpty()
    try:
        with subprocess.Popen(
                [str(UNLOOP), "storm", "-r", "-t", "3", "-c", "4", "-j", "2",
                 f"http://127.0.0.1:{daemon.port}/boot.ipxe"],
                stdout=subprocess.PIPE, stderr=stderr, text=True) as process:
            os.close(stderr)
            shown = read_all(terminal)
            assert process.stdout
            report = process.stdout.read()
    finally:
        os.close(terminal)
    rows = re.findall(r"\r(\d) s of 3: (\d+) machines served, 0 failed\x1b\[K",
                      shown)
    assert [seconds for seconds, _ in rows][:2] == ["1", "2"]
    counts = [int(count) for _, count in rows]
    served = re.match(r"(\d+) machines served", report)
    assert served and 0 < counts[0] < counts[1] <= int(served[1])
    # One of the threads alone has served a third by then.
    assert counts[1] > int(served[1]) * 0.4
    assert shown.endswith("\r\x1b[K")


def test_pipe_gets_no_progress(bootable: Site, daemon: Daemon) -> None:
    result = storm(daemon, "-r", "-t", "2")
    assert result.returncode == 0
    assert result.stderr == ""


def test_missing_kernel_is_a_failure(bootable: Site, daemon: Daemon) -> None:
    (bootable.path / "assets/vmlinuz").unlink()
    result = storm(daemon, "-n", "3")
    assert result.returncode == 1
    assert "0 machines served, 3 failed" in result.stdout
    assert "status 404" in result.stdout


def test_server_that_is_not_there_is_a_failure() -> None:
    result = subprocess.run(
        [str(UNLOOP), "storm", "-n", "1", "-t", "2", "http://127.0.0.1:1/"],
        capture_output=True, text=True, timeout=WAIT)
    assert result.returncode == 1
    assert "0 machines served" in result.stdout
    assert "connecting: Connection refused." in result.stdout


def test_lost_report_is_a_failure(bootable: Site, daemon: Daemon) -> None:
    with open("/dev/full", "w", encoding="ascii") as full:
        result = subprocess.run(
            [str(UNLOOP), "storm", "-n", "1",
             f"http://127.0.0.1:{daemon.port}/boot.ipxe"],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=WAIT)
    assert result.returncode == 1
    assert "could not be written: No space left" in result.stderr


@pytest.mark.parametrize("words, what", [
    (["-n", "0", "http://127.0.0.1/"], '-n wants a number from 1 to 1000000'),
    (["-t", "1s", "http://127.0.0.1/"], 'not "1s"'),
    (["-m", "x", "http://127.0.0.1/"], '"x" is not a MAC address'),
    (["ftp://x/"], '"ftp://x/" is not a URL')])
def test_wrong_value_is_named(words: list[str], what: str) -> None:
    result = subprocess.run([str(UNLOOP), "storm", *words],
                            capture_output=True, text=True, timeout=WAIT)
    assert result.returncode == 2
    assert what in result.stderr.splitlines()[0]


@pytest.mark.parametrize("words", [
    [], ["ftp://x/"], ["-n", "0", "http://127.0.0.1/"], ["-m", "x", "-s",
                                                         "http://127.0.0.1/"]])
def test_wrong_command_line_yields_status_2(words: list[str]) -> None:
    result = subprocess.run([str(UNLOOP), "storm", *words],
                            capture_output=True, timeout=WAIT)
    assert result.returncode == 2


def test_storm_is_spread_by_retry_after(bootable: Site) -> None:
    bootable.write("site.conf", "admission-rate = 40\n")
    daemon = Daemon(bootable)
    try:
        began = time.monotonic()
        result = storm(daemon, "-n", "120", "-c", "120", "-s")
        took = time.monotonic() - began
        assert result.returncode == 0, result.stdout
        assert "120 machines served, 0 failed" in result.stdout
        waited = re.search(r"(\d+) told to wait", result.stdout)
        # 40 at once and 40 in each further second.
        assert waited and int(waited[1]) >= 60
        assert 1.5 <= took <= 15
    finally:
        assert daemon.stop() == 0


def test_refusal_says_when_to_ask_again(bootable: Site) -> None:
    bootable.write("site.conf",
                   "admission-subnet-rate = 1\nadmission-subnet-burst = 2\n")
    daemon = Daemon(bootable)
    try:
        path = "/boot.ipxe?mac=52:54:00:00:00:01"
        replies = [daemon.get(path) for _ in range(4)]
        assert [reply.status for reply in replies] == [200, 200, 503, 503]
        assert 1 <= int(replies[2].headers["retry-after"]) <= 4
        assert not replies[2].body.startswith(b"#!ipxe")
        # Files are never held back: who has its script is let through.
        assert daemon.get("/assets/vmlinuz").status == 200
    finally:
        assert daemon.stop() == 0


def test_wrong_setting_is_named(bootable: Site) -> None:
    bootable.write("site.conf", "admission-rate = lots\n")
    result = subprocess.run([str(UNLOOPD), "-n", str(bootable.path)],
                            capture_output=True, text=True, timeout=WAIT)
    assert result.returncode == 1
    assert "site.conf:1" in result.stdout + result.stderr
    assert "lots" in result.stdout + result.stderr


def fetch_seconds(daemon: Daemon, size: int) -> float:
    start = time.monotonic()
    assert len(daemon.get("/assets/large").body) == size
    return time.monotonic() - start


def test_files_are_sent_at_the_pace_that_is_set(site: Site,
                                                daemon: Daemon) -> None:
    """Only lower bounds: a busy machine makes everything later."""
    size = 4_000_000
    site.write("default.ipxe", "#!ipxe\n")
    site.write("assets/large", bytes(size))
    site.write("site.conf", "asset-rate = 2M\n")
    assert fetch_seconds(daemon, size) > 1.0
    # Scripts are not held back by a download of the same client.
    with daemon.connect() as sock:
        sock.sendall(b"GET /assets/large HTTP/1.1\r\nHost: x\r\n\r\n")
        sock.recv(1000)
        for _ in range(20):
            assert daemon.get("/boot.ipxe").status == 200
    # A reload takes the limit away.
    site.write("site.conf", "asset-rate = 0\n")
    paced = [fetch_seconds(daemon, size) for _ in range(3)]
    assert min(paced) < 1.0


def test_pace_that_is_none_is_a_mistake(site: Site) -> None:
    site.write("site.conf", "asset-rate = fast\n")
    done = subprocess.run([str(UNLOOPD), "-n", str(site.path)],
                          capture_output=True, text=True, timeout=WAIT)
    assert done.returncode == 1
    assert "site.conf:1: asset-rate is to be" in done.stdout + done.stderr
