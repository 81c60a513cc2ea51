# SPDX-License-Identifier: BSD-2-Clause-Patent
"""unloopd under the filters of system calls that its systemd unit has."""

from __future__ import annotations

import ctypes.util
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from control import MAC, boot, fill, put, show, token_in
from unloopd import ROOT, UNLOOPD, WAIT, Daemon, Site

# Sanitisers make system calls of their own.
pytestmark = pytest.mark.only("plain")

UNIT = ROOT / "resolver/unloopd.service"
FILTERED = Path(__file__).with_name("filtered.py")
NOBODY = 65534


@pytest.fixture
def ready(site: Site) -> Iterator[Site]:
    """A site that any user can serve, and write the state of."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    if not ctypes.util.find_library("seccomp"):
        pytest.skip("libseccomp is not installed")
    fill(site)
    site.write("firmware/x86_64-efi/snponly.efi", b"MZ" + bytes(4096))
    site.write("assets/large", bytes(3 << 20))
    if os.geteuid() == 0:
        os.chown(site.state, NOBODY, NOBODY)
    yield site


def wrap(site: Site, unit: Path) -> Path:
    """A program that runs unloopd, or else $1, under the unit's filters. Not
    every user may enter the folder that unloopd was built in."""
    program = site.write("programs/unloopd", UNLOOPD.read_bytes())
    program.chmod(0o755)
    wrapper = site.write("programs/filtered", f"""#!/bin/sh
exec {FILTERED} {unit} {program} "$@"
""")
    wrapper.chmod(0o755)
    return wrapper


def start(site: Site, unit: Path,
          monkeypatch: pytest.MonkeyPatch) -> Daemon:
    monkeypatch.setattr("unloopd.UNLOOPD", wrap(site, unit))
    return Daemon(site)


def test_all_that_it_does_is_allowed(ready: Site,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = start(ready, UNIT, monkeypatch)
    try:
        status = Path(f"/proc/{daemon.pid}/status").read_text()
        assert re.search(r"^Seccomp:\s+2$", status, re.M)
        # Scripts, files and parts of them, the state and its API.
        assert "echo ordinary" in boot(daemon)
        assert daemon.get("/autoexec.ipxe").status == 404
        assert len(daemon.get("/assets/large").body) == 3 << 20
        assert daemon.get("/assets/large", Range="bytes=1-2").status == 206
        assert daemon.get(f"/boot.ipxe?mac={MAC}",
                          User_Agent="UefiHttpBoot/1.0").status == 200
        assert daemon.get(f"/explain?mac={MAC}").status == 200
        assert put(daemon, "web01", "install", profile="debian12") == 200
        token = token_in(boot(daemon))
        assert daemon.request("POST", f"/v1/confirm/{token}").status == 200
        assert show(daemon, "web01")["installed"] == "debian12"
        assert daemon.request("POST", "/v1/events", body=(
            b'{"mac":"%s","boot":"0badcafe"}\n' % MAC.encode())).status < 500
        assert "unloop_state_up 1" in daemon.get("/metrics").body.decode()
        # Loaded again, because it was told to, and because a file changed.
        daemon.reload()
        ready.write("default.ipxe", "#!ipxe\necho other\n")
        daemon.wait_for(lambda: b"echo other" in daemon.ask(
            "GET", "/boot.ipxe?mac=52:54:00:00:00:99").body)
        # Many at once, which is when it takes other ways.
        os.kill(daemon.pid, signal.SIGSTOP)
        socks = []
        try:
            for _ in range(40):
                sock = socket.create_connection(
                    ("127.0.0.1", daemon.port), WAIT)
                sock.sendall(b"GET /boot.ipxe HTTP/1.1\r\nHost: x\r\n"
                             b"Connection: close\r\n\r\n")
                socks.append(sock)
        finally:
            os.kill(daemon.pid, signal.SIGCONT)
        for sock in socks:
            with sock:
                assert sock.recv(4096).startswith(b"HTTP/1.1 200")
    finally:
        code = daemon.stop()
    log = daemon.log_text()
    assert code == 0, log[-2000:]
    assert "not permitted" not in log


def test_unit_allows_io_uring_and_needs_none(
        ready: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who forbids it in the unit gets the same answers by epoll."""
    strict = ready.write("strict.service", UNIT.read_text().replace(
        "SystemCallFilter=~@privileged",
        "SystemCallFilter=~@aio\nSystemCallFilter=~@privileged"))
    plain = Daemon(ready)
    has_ring = plain.rings() > 0
    assert plain.stop() == 0
    for unit, wanted in (UNIT, has_ring), (strict, False):
        daemon = start(ready, unit, monkeypatch)
        monkeypatch.undo()
        try:
            assert (daemon.rings() > 0) == wanted
            with daemon.connect() as sock:
                for _ in range(3):
                    sock.sendall(b"GET /boot.ipxe HTTP/1.1\r\n"
                                 b"Host: x\r\n\r\n")
                    assert sock.recv(4096).startswith(b"HTTP/1.1 200")
            assert wanted or "io_uring is not to be had" in daemon.log_text()
        finally:
            assert daemon.stop() == 0


@pytest.mark.parametrize("attempt", [
    "import mmap; mmap.mmap(-1, 4096, prot=6)",
    "import socket; socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)",
    "import os; os.nice(1)", "import os; os.setuid(os.getuid())"])
def test_filters_are_those_of_the_unit(ready: Site, attempt: str) -> None:
    """Pages to write and run, other networks, more than a service needs."""
    done = subprocess.run(
        [str(FILTERED), str(UNIT), "/usr/bin/python3", "-c", attempt],
        capture_output=True, text=True, timeout=WAIT)
    assert "Operation not permitted" in done.stderr


def test_check_before_the_start_is_allowed(ready: Site) -> None:
    done = subprocess.run([str(wrap(ready, UNIT)), "-n", str(ready.path)],
                          capture_output=True, text=True, timeout=WAIT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("denied", ["sendfile sendfile64", "@network-io",
                                    "inotify_init1"])
def test_what_the_unit_does_not_allow_fails(
        ready: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        denied: str) -> None:
    """Otherwise the first test here would prove nothing."""
    unit = tmp_path / "unloopd.service"
    unit.write_text(UNIT.read_text() + f"SystemCallFilter=~{denied}\n")
    try:
        daemon = start(ready, unit, monkeypatch)
    except RuntimeError as error:
        assert "not permitted" in str(error)
        assert denied == "@network-io"
        return
    try:
        if denied.startswith("sendfile"):
            with pytest.raises(Exception):
                assert len(daemon.get("/assets/large").body) == 3 << 20
        else:
            daemon.wait_for(lambda: "not permitted" in daemon.log_text())
    finally:
        daemon.stop()
