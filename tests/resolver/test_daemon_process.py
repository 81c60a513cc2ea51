# SPDX-License-Identifier: BSD-2-Clause-Patent
"""unloopd as a process: arguments, user, signals, log, background."""

from __future__ import annotations

import os
import pwd
import re
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from unloopd import (ROOT, UNLOOPD, WAIT, Daemon, Site,
                     environment, user_arguments)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory(prefix="unloopd-state-") as state:
        return subprocess.run([str(UNLOOPD), *arguments], capture_output=True,
                              text=True, timeout=WAIT, env=environment(state))


def test_help_yields_usage_and_0() -> None:
    result = run("--help")
    assert result.returncode == 0 and result.stderr == ""
    for option in ("-n", "-d", "-p PORT", "-b ADDRESS", "-u USER"):
        assert option in result.stdout


@pytest.mark.parametrize("arguments", [
    [], ["a", "b"], ["-x", "a"], ["-p", "x", "a"], ["-p", "65536", "a"],
    ["-p", "-1", "a"], ["-p", "", "a"], ["-p"]])
def test_wrong_arguments_yield_2(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.returncode == 2 and result.stderr != ""


def test_missing_site_yields_1() -> None:
    result = run("-d", "-p", "0", *user_arguments(), "/nonexistent/site")
    assert result.returncode == 1
    assert "/nonexistent/site cannot be opened" in result.stderr


def test_impossible_address_yields_1(site: Site) -> None:
    for address in ("nosuch.name", "1.2.3.4.5", "203.0.113.1"):
        result = run("-d", "-p", "0", "-b", address, str(site.path))
        assert result.returncode == 1, address
        assert address in result.stderr


def test_port_in_use_yields_1_and_advice(site: Site, daemon: Daemon) -> None:
    for front in (["-d"], []):
        result = run(*front, "-p", str(daemon.port), "-b", "127.0.0.1",
                     str(site.path))
        assert result.returncode == 1
        assert "choose another port with -p" in result.stderr


def test_unknown_user_yields_1(site: Site) -> None:
    result = run("-d", "-p", "0", "-u", "no-such-user", str(site.path))
    assert result.returncode == 1
    assert 'no user "no-such-user"' in result.stderr


def test_every_address_includes_ipv4_and_ipv6(site: Site) -> None:
    with subprocess.Popen(
            [str(UNLOOPD), "-d", "-p", "0", *user_arguments(),
             str(site.path)], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(str(site.state))) as process:
        try:
            assert process.stdout
            line = process.stdout.readline().decode()
            match = re.search(r":(\d+)/boot\.ipxe", line)
            assert match
            addresses = ["127.0.0.1"] + ["::1"] * ("[::]" in line)
            for address in addresses:
                socket.create_connection((address, int(match[1])),
                                         WAIT).close()
        finally:
            process.terminate()
        assert process.wait(WAIT) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be given up")
@pytest.mark.parametrize("user", [None, "nobody", "daemon"])
def test_root_is_given_up_for_good(site: Site, user: str | None,
                                   monkeypatch: pytest.MonkeyPatch) -> None:
    # The leak check cannot look into a process that changed its user.
    monkeypatch.setenv("ASAN_OPTIONS", "detect_leaks=0")
    names = [entry.pw_name for entry in pwd.getpwall()]
    expected = pwd.getpwnam(
        user or ("unloop" if "unloop" in names else "nobody"))
    daemon = Daemon(site, *(["-u", user] if user else ["-b", "127.0.0.1"]))
    try:
        tasks = list(Path(f"/proc/{daemon.pid}/task").iterdir())
        assert len(tasks) >= 3
        for task in tasks:
            status = (task / "status").read_text()
            uids = re.search(r"^Uid:\s+(.*)$", status, re.M)
            gids = re.search(r"^Gid:\s+(.*)$", status, re.M)
            capabilities = re.search(r"^CapPrm:\s+(\w+)$", status, re.M)
            assert uids and gids and capabilities
            assert uids[1].split() == [str(expected.pw_uid)] * 4
            assert gids[1].split() == [str(expected.pw_gid)] * 4
            assert int(capabilities[1], 16) == 0
            assert re.search(r"^NoNewPrivs:\s+1$", status, re.M)
            groups = re.search(r"^Groups:(.*)$", status, re.M)
            assert groups and "0" not in groups[1].split()
        assert daemon.is_well()
    finally:
        assert daemon.stop() == 0


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_stop_signal_yields_0_at_once(site: Site, signum: int) -> None:
    daemon = Daemon(site)
    idle = daemon.connect()
    assert daemon.is_well()
    start = time.monotonic()
    daemon.process.send_signal(signum)
    assert daemon.process.wait(WAIT) == 0
    assert time.monotonic() - start < 3
    idle.close()
    daemon.stop()


def test_stop_lets_a_download_end(site: Site) -> None:
    site.write("assets/large", bytes(16 << 20))
    daemon = Daemon(site)
    with daemon.connect() as sock:
        sock.sendall(b"GET /assets/large HTTP/1.1\r\nHost: x\r\n\r\n")
        got = len(sock.recv(1000))
        daemon.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        while chunk := sock.recv(1 << 20):
            got += len(chunk)
    assert got > 16 << 20
    assert daemon.process.wait(WAIT) == 0
    daemon.stop()


def test_stop_does_not_wait_for_ever(site: Site) -> None:
    site.write("assets/large", bytes(64 << 20))
    daemon = Daemon(site)
    with daemon.connect() as sock:
        sock.sendall(b"GET /assets/large HTTP/1.1\r\nHost: x\r\n\r\n")
        sock.recv(1000)
        start = time.monotonic()
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait(WAIT) == 0
        assert time.monotonic() - start < 8
    daemon.stop()


def test_hangup_leaves_it_serving(site: Site, daemon: Daemon) -> None:
    site.write("default.ipxe", "#!ipxe\n")
    daemon.process.send_signal(signal.SIGHUP)
    assert daemon.get("/boot.ipxe").status == 200


def test_each_request_yields_one_log_line(site: Site, daemon: Daemon) -> None:
    site.write("hosts/52-54-00-12-34-56.ipxe", "#!ipxe\n")
    site.write("assets/a", b"content")
    requests = [("GET", "/boot.ipxe?mac=52:54:00:12:34:56", 200, 7),
                ("GET", "/boot.ipxe", 404, None), ("HEAD", "/assets/a", 200, 0),
                ("GET", "/assets/a", 200, 7), ("GET", "/nosuch", 404, None),
                ("POST", "/healthz", 405, None)]
    for method, path, status, _ in requests:
        reply = daemon.request(method, path, {"User-Agent": "iPXE/1.0"})
        assert reply.status == status
    lines = daemon.wait_for_lines(len(requests))
    assert len(lines) == len(requests)
    # Each thread writes its own when it has nothing else to do.
    found = {}
    for line in lines:
        match = re.fullmatch(
            r'\S+Z 127\.0\.0\.1 (\S+) "([^"]*)" (\d+) (\d+) '
            r'\d+\.\d{3}ms "iPXE/1\.0" (.+)', line)
        assert match, line
        found[match[1], match[2]] = match
    for method, path, status, length in requests:
        assert int(found[method, path][3]) == status
        assert length is None or int(found[method, path][4]) == length
    assert found[requests[0][:2]][5] == "hosts/52-54-00-12-34-56.ipxe"


def test_background_process_serves_until_stopped(site: Site) -> None:
    site.write("default.ipxe", "#!ipxe\n")
    result = run("-p", "0", "-b", "127.0.0.1", *user_arguments(),
                 str(site.path))
    assert result.returncode == 0, result.stderr
    match = re.search(r":(\d+)/boot\.ipxe as (\S+), pid (\d+)$",
                      result.stdout.strip())
    assert match
    pid = int(match[3])
    try:
        with socket.create_connection(("127.0.0.1", int(match[1])),
                                      WAIT) as sock:
            sock.sendall(b"GET /boot.ipxe HTTP/1.0\r\n\r\n")
            assert sock.recv(100).startswith(b"HTTP/1.1 200 ")
        assert os.getsid(pid) == pid
        assert os.readlink(f"/proc/{pid}/fd/2") == "/dev/null"
    finally:
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + WAIT
    while Path(f"/proc/{pid}/exe").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}/exe").exists()


# Only the real program is hardened.
@pytest.mark.only("plain")
def test_program_is_hardened() -> None:
    headers = subprocess.run(["readelf", "-hldW", str(UNLOOPD)], check=True,
                             capture_output=True, text=True,
                             timeout=WAIT).stdout
    assert re.search(r"Type:\s+DYN", headers)
    assert "GNU_RELRO" in headers and "BIND_NOW" in headers
    assert re.search(r"GNU_STACK .* RW ", headers)
    symbols = subprocess.run(["readelf", "-sW", str(UNLOOPD)], check=True,
                             capture_output=True, text=True,
                             timeout=WAIT).stdout
    assert "__stack_chk_fail" in symbols and "_chk@" in symbols


def test_manual_page_names_every_option() -> None:
    page = (ROOT / "docs/unloopd.8").read_text()
    usage = run("--help").stdout
    for option in re.findall(r"^  (-\w)", usage, re.M):
        assert f"\\{option}" in page or f"Fl {option[1]}" in page


def test_log_is_written_while_requests_keep_coming(site: Site,
                                                   daemon: Daemon) -> None:
    site.write("assets/a", b"content")
    with daemon.connect() as sock:
        # Far fewer than what is collected at most has room for.
        for _ in range(300):
            sock.sendall(b"GET /assets/a HTTP/1.1\r\nHost: x\r\n\r\n")
            assert sock.recv(4096)
            if daemon.request_lines():
                break
            time.sleep(0.005)
        else:
            pytest.fail("no line of 300 requests was written")


def test_threads_that_serve_do_not_interrupt_others(daemon: Daemon) -> None:
    serving = min(max(os.cpu_count() or 2, 2), 8)
    Daemon.wait_for(
        lambda: daemon.policies().count(os.SCHED_BATCH) == serving)
    policies = daemon.policies()
    assert policies.count(os.SCHED_OTHER) == len(policies) - serving


def test_policy_that_somebody_chose_is_left(site: Site) -> None:
    # Nobody else may leave it again, so this alone shows that nobody tries.
    chosen = ("chrt", "--fifo", "1")
    if subprocess.run([*chosen, "true"], timeout=WAIT).returncode:
        pytest.skip("no program may have this policy here")
    daemon = Daemon(site, by=chosen)
    try:
        daemon.reload()
        assert daemon.is_well()
        assert set(daemon.policies()) == {os.SCHED_FIFO}
    finally:
        daemon.stop()
