# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Several resolvers that share a PostgreSQL server, one of them killed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from control import api, boot, fill, put, show, start, token_in
from unloopd import WAIT, Daemon, Site

START_WAIT = 60.0


def find_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def demote() -> None:
    """Become the user that the packages made; the server refuses root."""
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)


class Postgres:
    """A server on a free port, its data in a temporary directory."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.top = Path(tempfile.mkdtemp(prefix="unloop-pg-"))
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.top, user.pw_uid, user.pw_gid)
        self.top.chmod(0o755)
        self.log = open(self.top / "log", "wb")
        subprocess.run(
            [str(programs / "initdb"), "-D", str(self.top / "data"), "-N",
             "-A", "trust", "-U", "unloop", "--no-locale", "-E", "UTF8"],
            check=True, stdout=self.log, stderr=self.log, timeout=START_WAIT,
            preexec_fn=demote, cwd=self.top)
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            self.port = int(sock.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [str(self.programs / "postgres"), "-D", str(self.top / "data"),
             "-p", str(self.port), "-k", str(self.top), "-h", "127.0.0.1"],
            stdout=self.log, stderr=self.log, preexec_fn=demote, cwd=self.top)
        end = time.monotonic() + START_WAIT
        while time.monotonic() < end:
            ready = subprocess.run(
                [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1",
                 "-p", str(self.port)], timeout=WAIT, check=False)
            if ready.returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError((self.top / "log").read_text())

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        if self.process:
            self.process.send_signal(how)
            self.process.wait(START_WAIT)
            self.process = None

    def pause(self, is_paused: bool) -> None:
        """Hold the server and all its processes: it is there and silent."""
        assert self.process
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid",
                                 str(self.process.pid)],
                                capture_output=True, text=True, check=False)
        for pid in [self.process.pid, *map(int, listed.stdout.split())]:
            os.kill(pid, signal.SIGSTOP if is_paused else signal.SIGCONT)

    def remove(self) -> None:
        self.stop()
        self.log.close()
        shutil.rmtree(self.top, ignore_errors=True)

    @property
    def uri(self) -> str:
        return f"postgresql://unloop@127.0.0.1:{self.port}/postgres"


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    programs = find_programs()
    if not programs:
        pytest.skip("PostgreSQL is not installed (package postgresql)")
    server = Postgres(programs)
    yield server
    server.remove()


@pytest.fixture
def pair(postgres: Postgres) -> Iterator[list[Daemon]]:
    """Two resolvers with the same site and the same database."""
    sites = [Site(), Site()]
    daemons: list[Daemon] = []
    for site in sites:
        fill(site)
        site.write("site.conf",
                   f"state = {postgres.uri}\nstate-wait-ms = 400\n")
        daemons.append(start(site))
    yield daemons
    for daemon in daemons:
        if daemon.process.returncode is None:
            assert daemon.stop() == 0, daemon.log_text()[-4000:]
    for site in sites:
        site.remove()


def wait_for(daemon: Daemon, words: str) -> None:
    """Until web01's script has the words in it."""
    end = time.monotonic() + WAIT
    while words not in boot(daemon):
        assert time.monotonic() < end, daemon.log_text()[-3000:]
        time.sleep(0.1)


def test_two_resolvers_agree_and_one_may_die(pair: list[Daemon]) -> None:
    first, second = pair
    assert "ordinary" in boot(first) and "ordinary" in boot(second)
    assert put(first, "web01", "install", profile="debian12") == 200
    # What one was told, the other knows at once.
    script = boot(second)
    assert "vmlinuz" in script
    # One boot that asks both is one attempt.
    other = boot(first)
    assert show(second, "web01")["attempts"] == 1
    second.process.send_signal(signal.SIGKILL)
    second.process.wait(WAIT)
    # The token that the dead one gave out is good at the other.
    assert first.get("/v1/confirm/" + token_in(script)).status == 200
    assert "exit" in boot(first)
    assert show(first, "web01")["installed"] == "debian12"
    # And the one that was left over changes nothing more.
    assert first.get("/v1/confirm/" + token_in(other)
                     + "?result=failed").status == 200
    assert show(first, "web01")["intent"] == "local"


def test_attempts_are_counted_across_resolvers(pair: list[Daemon]) -> None:
    assert put(pair[0], "web01", "install", profile="debian12",
               attempts=3) == 200
    for number in range(3):
        token = token_in(boot(pair[number % 2]))
        assert pair[(number + 1) % 2].get(
            f"/v1/confirm/{token}?result=failed").status == 200
    for daemon in pair:
        assert "exit" in boot(daemon)
        assert show(daemon, "web01")["outcome"] == "gave-up"


def test_lost_server_means_the_safe_answer(postgres: Postgres,
                                           pair: list[Daemon]) -> None:
    assert put(pair[0], "web01", "run", profile="diskless") == 200
    assert "echo diskless" in boot(pair[1])
    postgres.stop()
    for daemon in pair:
        before = time.monotonic()
        for _ in range(10):
            assert "exit" in boot(daemon)
        assert time.monotonic() - before < 3
        assert put(daemon, "web01", "local") in (503, 504)
        assert "unloop_state_up 0" in daemon.get("/metrics").body.decode()
    postgres.start()
    for daemon in pair:
        wait_for(daemon, "echo diskless")


def test_silent_server_does_not_hold_boots_up(postgres: Postgres,
                                              pair: list[Daemon]) -> None:
    assert put(pair[0], "web01", "run", profile="diskless") == 200
    postgres.pause(True)
    try:
        for daemon in pair:
            before = time.monotonic()
            for _ in range(20):
                assert "exit" in boot(daemon)
            # One wait of 400 ms, then it is known to be lost.
            assert time.monotonic() - before < 4
    finally:
        postgres.pause(False)
    for daemon in pair:
        wait_for(daemon, "echo diskless")


def test_killed_server_loses_no_accepted_change(postgres: Postgres,
                                                pair: list[Daemon]) -> None:
    for round_ in range(3):
        names = [f"52-54-00-00-{round_:02x}-{n:02x}" for n in range(20)]
        accepted = [name for n, name in enumerate(names)
                    if put(pair[n % 2], name, "local") == 200]
        assert len(accepted) == 20
        postgres.stop(signal.SIGQUIT)
        postgres.start()
        for daemon in reversed(pair):
            end = time.monotonic() + WAIT
            while time.monotonic() < end:
                _, answer = api(daemon, "GET", "/v1/machines")
                if answer["state_is_well"]:
                    break
                time.sleep(0.1)
        found = {machine["name"] for machine in answer["machines"]}
        assert found >= set(accepted)


def test_password_is_not_logged(site: Site) -> None:
    fill(site)
    site.write("site.conf", "state = postgresql://u:geheim99@127.0.0.1:1/d\n")
    daemon = start(site)
    assert "exit" in boot(daemon)
    assert "geheim99" not in daemon.log_text()
    assert "cannot be used" in daemon.log_text()
    assert daemon.stop() == 0
