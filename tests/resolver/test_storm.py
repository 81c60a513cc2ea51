# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Storms: unloop storm as the load, Retry-After as the answer to it."""

from __future__ import annotations

import re
import subprocess
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
