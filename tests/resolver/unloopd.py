# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A site directory and a running unloopd for the tests of the resolver."""

from __future__ import annotations

import http.client
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNLOOPD = Path(os.environ.get("UNLOOPD", ROOT / "out/bin/unloopd")).resolve()
IS_SANITISED = "asan" in UNLOOPD.parts

# User-Agent of requests that the tests make for themselves.
OWN_AGENT = "settle"

# Arguments of every daemon that a test starts (conftest.py sets them).
TRANSPORT: list[str] = []

# Bound of every single wait in these tests, in seconds.
WAIT = 20.0


class Site:
    """A directory that any user may read, as a site usually is."""

    # What is compiled when the site is loaded; the rest is read when asked.
    COMPILED = ("site.conf", "hosts", "hosts.d", "profiles", "profiles.d",
                "rules.d")

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="unloopd-site-"))
        self.path.chmod(0o755)
        self._made = self.path
        # State and socket of the daemons that serve it.
        self.state = Path(tempfile.mkdtemp(prefix="unloopd-state-"))

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the site, with the folders that it needs."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        return path

    def fingerprint(self) -> list[tuple[str, int, int, int]]:
        """Changes whenever a file changes that is compiled."""
        result = []
        if not self.path.is_dir():
            return result
        for top in sorted(os.listdir(self.path)):
            below = self.path / top
            if not (top in self.COMPILED or below.is_symlink()
                    or not below.is_dir()):
                continue
            for path in [below, *below.rglob("*")]:
                status = path.lstat()
                result.append((str(path), status.st_ino, status.st_size,
                               status.st_mtime_ns))
        return result

    def remove(self) -> None:
        shutil.rmtree(self._made, ignore_errors=True)
        shutil.rmtree(self.state, ignore_errors=True)


@dataclass
class Reply:
    """A whole reply to one request."""

    status: int
    headers: dict[str, str]
    body: bytes


def environment(state: str | None = None) -> dict[str, str]:
    """The environment that unloopd is started with; state is the directory
    for its state and its socket."""
    found = dict(os.environ, UBSAN_OPTIONS="print_stacktrace=1")
    if state:
        found.update(STATE_DIRECTORY=state, RUNTIME_DIRECTORY=state)
    return found


def user_arguments() -> list[str]:
    """The leak check needs a process that did not change its user."""
    return ["-u", "root"] if IS_SANITISED and os.geteuid() == 0 else []


class Daemon:
    """unloopd -d on a free port of the loopback address."""

    def __init__(self, site: Site, *arguments: str,
                 by: tuple[str, ...] = ()) -> None:
        """by: the command, with its arguments, that becomes unloopd."""
        self.site = site
        self._settling = threading.Lock()
        self.loaded = site.fingerprint()
        self.log = tempfile.NamedTemporaryFile(prefix="unloopd-log-")
        # In the directory that the site is in, so that it goes with it.
        self.state = site.state
        self.process = subprocess.Popen(
            [*by, str(UNLOOPD), "-d", "-p", "0", "-b", "127.0.0.1",
             *TRANSPORT, *(arguments or user_arguments()), str(site.path)],
            stdout=subprocess.PIPE, stderr=self.log,
            env=environment(str(self.state)))
        line = self._first_line()
        match = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        if not match:
            self.process.kill()
            self.process.wait(WAIT)
            raise RuntimeError(f"unloopd did not start: {line!r} "
                               f"{self.log_text()}")
        self.port = int(match[1])

    def _first_line(self) -> str:
        assert self.process.stdout
        ready, _, _ = select.select([self.process.stdout], [], [], WAIT)
        return self.process.stdout.readline().decode() if ready else ""

    @property
    def pid(self) -> int:
        return self.process.pid

    def log_text(self) -> str:
        return Path(self.log.name).read_text(errors="replace")

    def request_lines(self) -> list[str]:
        """Log lines of requests: those that begin with an address."""
        return [line for line in self.log_text().splitlines()
                if " 127.0.0.1 " in line and f'"{OWN_AGENT}"' not in line]

    def wait_for_lines(self, count: int) -> list[str]:
        """The request lines, once there are so many (they follow replies)."""
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            lines = self.request_lines()
            if len(lines) >= count:
                return lines
            time.sleep(0.05)
        return self.request_lines()

    def connect(self) -> socket.socket:
        self.settle()
        return socket.create_connection(("127.0.0.1", self.port), WAIT)

    def http(self) -> http.client.HTTPConnection:
        self.settle()
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)

    def request(self, method: str, path: str,
                headers: dict[str, str] | None = None,
                body: bytes | None = None) -> Reply:
        """One request, answered from the site as it is now."""
        self.settle()
        return self.ask(method, path, headers, body)

    def loads(self) -> int:
        """How often it tried to load its site."""
        reply = self.ask("GET", "/healthz", {"User-Agent": OWN_AGENT})
        match = re.search(rb"load (\d+)", reply.body)
        return int(match[1]) if match else 0

    def settle(self) -> None:
        """When the site has changed, have it loaded and wait for that."""
        with self._settling:
            now = self.site.fingerprint()
            if now == self.loaded or self.process.poll() is not None:
                return
            self.reload()
            self.loaded = now

    def reload(self) -> None:
        """SIGHUP, and wait until it has been acted on."""
        before = self.loads()
        self.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.loads() > before)

    @staticmethod
    def wait_for(condition: Callable[[], bool]) -> None:
        """Wait until a condition holds; fail when it does not in time."""
        end = time.monotonic() + WAIT
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.01)

    def ask(self, method: str, path: str,
            headers: dict[str, str] | None = None,
            body: bytes | None = None) -> Reply:
        """One request, whatever the site may be by now."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=WAIT)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Reply(answer.status,
                         {k.lower(): v for k, v in answer.getheaders()},
                         answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        """GET; keywords are header fields, with _ for -."""
        return self.request("GET", path, {
            name.replace("_", "-"): value for name, value in headers.items()})

    def raw(self, data: bytes, quiet: float = 0.4) -> bytes:
        """Send bytes on a connection of their own; return what comes until
        the connection ends or nothing came for quiet seconds."""
        with self.connect() as sock:
            try:
                sock.sendall(data)
            except OSError:
                pass
            sock.settimeout(quiet)
            return read_all(sock)

    def status_of(self, data: bytes) -> int:
        """Send bytes; return the status of the reply, 0 where none came."""
        match = re.match(rb"HTTP/1\.[01] (\d\d\d) ", self.raw(data))
        return int(match[1]) if match else 0

    def is_well(self) -> bool:
        return (self.process.poll() is None
                and self.get("/healthz").status == 200)

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def rings(self) -> int:
        """How many of its open files are io_uring's."""
        folder = Path(f"/proc/{self.pid}/fd")
        return sum("io_uring" in os.readlink(folder / name)
                   for name in os.listdir(folder))

    def policies(self) -> list[int]:
        """Of its threads: SCHED_OTHER, SCHED_BATCH, ..."""
        return [int(stat.read_text().rsplit(")", 1)[1].split()[38])
                for stat in Path(f"/proc/{self.pid}/task").glob("*/stat")]

    def memory_kib(self) -> int:
        text = Path(f"/proc/{self.pid}/status").read_text()
        match = re.search(r"VmRSS:\s+(\d+)", text)
        assert match
        return int(match[1])

    def stop(self) -> int:
        """End it as its owner would; return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(WAIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(WAIT)
            raise
        finally:
            if self.process.stdout:
                self.process.stdout.close()


def read_all(sock: socket.socket) -> bytes:
    """Read until the end of the connection, or its time-out."""
    data = bytearray()
    try:
        while chunk := sock.recv(1 << 16):
            data += chunk
    except (ConnectionError, TimeoutError):
        pass
    return bytes(data)
