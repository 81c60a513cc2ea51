# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What receives and sends, io_uring or epoll: clients that take no answer, go
on before they have it, leave, or come all at once."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import struct
import time

import pytest

from unloopd import IS_SANITISED, Daemon, Site

#: More than a thread has buffers to receive to.
MANY = 400
#: Seconds that a client waits at most.
PATIENCE = 10
#: What makes scripts long; with its head, one still goes in one piece.
PAD = "x" * 3000


@pytest.fixture
def serving(site: Site, daemon: Daemon) -> Daemon:
    site.write("default.ipxe", f"#!ipxe\necho {{{{mac}}}} {PAD}\n")
    daemon.settle()
    return daemon


def request(number: int) -> bytes:
    return (f"GET /boot.ipxe?mac={mac(number)} HTTP/1.1\r\n"
            "Host: x\r\n\r\n").encode()


def mac(number: int) -> str:
    return f"52:54:00:00:{number >> 8:02x}:{number & 255:02x}"


def numbers(data: bytes) -> list[int]:
    """Which machines' scripts there are, in their order."""
    return [int(high + low, 16) for high, low in re.findall(
        rb"echo 52:54:00:00:(..):(..) x{3000}\n", data)]


def test_ring_is_used_unless_forbidden(serving: Daemon,
                                       transport: str) -> None:
    if transport == "epoll":
        assert serving.rings() == 0
        return
    if "io_uring is not to be had" in serving.log_text():
        pytest.skip("this kernel does not allow io_uring")
    assert serving.rings() >= 2


def test_client_that_reads_nothing_gets_all_in_the_end(
        serving: Daemon) -> None:
    """It asks, one by one, until replies cannot be sent any more, and goes
    on."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        sock.connect(("127.0.0.1", serving.port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sent, data = 0, bytearray()
        end = time.monotonic() + 3
        while time.monotonic() < end:
            sock.sendall(request(sent))
            sent += 1
            # Long enough for an answer.
            time.sleep(0.001)
        assert 100 < len(serving.request_lines()) < sent
        sock.settimeout(PATIENCE)
        while len(data) < sent * len(PAD) or len(numbers(data)) < sent:
            chunk = sock.recv(1 << 16)
            assert chunk, "the daemon closed the connection"
            data += chunk
    assert numbers(data) == list(range(sent))
    assert serving.is_well()


def test_client_that_reads_nothing_is_not_heard_for_ever(
        serving: Daemon) -> None:
    """Once it takes no answers, no more questions are taken from it."""
    data = b"".join(request(number) for number in range(200))
    before = serving.memory_kib()
    sent = 0
    end = time.monotonic() + 3
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", serving.port))
        sock.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            while time.monotonic() < end:
                sent += sock.send(data)
        assert sent < 32 << 20
        assert serving.memory_kib() < before + (8 << 10) * (
            4 if IS_SANITISED else 1)
        assert serving.is_well()


def test_clients_that_leave_get_nothing_and_keep_nothing(
        serving: Daemon) -> None:
    """Without reading, with a reset, while the daemon has not looked yet."""
    serving.is_well()
    before = serving.open_files()
    for turn in range(5):
        socks = [serving.connect() for _ in range(MANY // 4)]
        for number, sock in enumerate(socks):
            sock.sendall(request(number))
        if turn % 2:
            os.kill(serving.pid, signal.SIGSTOP)
        try:
            for number, sock in enumerate(socks):
                with contextlib.suppress(OSError):
                    sock.sendall(request(number))
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                    struct.pack("ii", number % 2, 0))
                sock.close()
        finally:
            os.kill(serving.pid, signal.SIGCONT)
    serving.wait_for(lambda: serving.open_files() <= before)
    assert serving.is_well()


def test_more_at_once_than_there_are_buffers(serving: Daemon) -> None:
    """All have used their connection once, and ask while it is stopped."""
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(serving.connect()) for _ in range(MANY)]
        for turn in range(3):
            if turn:
                os.kill(serving.pid, signal.SIGSTOP)
            try:
                for number, sock in enumerate(socks):
                    sock.settimeout(PATIENCE)
                    sock.sendall(request(number))
            finally:
                os.kill(serving.pid, signal.SIGCONT)
            for number, sock in enumerate(socks):
                data = b""
                while not numbers(data):
                    chunk = sock.recv(1 << 16)
                    assert chunk
                    data += chunk
                assert numbers(data) == [number]
    assert serving.is_well()


def test_log_tells_of_an_answer_soon(serving: Daemon) -> None:
    """Also when nothing else happens, and without the time it waited."""
    with serving.connect() as sock:
        for number in range(2):
            # Until nothing of the first is left to be written.
            time.sleep(number * 0.3)
            sock.sendall(request(number))
            while not sock.recv(1 << 16).endswith(b"x\n"):
                pass
        begin = time.monotonic()
        serving.wait_for(lambda: mac(1) in serving.log_text())
        assert time.monotonic() - begin < 0.5
    line = next(line for line in serving.request_lines() if mac(1) in line)
    took = re.search(r" ([\d.]+)ms ", line)
    assert took and float(took[1]) < 15


def test_reply_is_whole_when_it_is_stopped_at_once(site: Site) -> None:
    """A signal that comes with requests ends it behind their replies."""
    site.write("default.ipxe", f"#!ipxe\necho {{{{mac}}}} {PAD}\n")
    daemon = Daemon(site)
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(daemon.connect()) for _ in range(20)]
        for number, sock in enumerate(socks):
            sock.settimeout(PATIENCE)
            sock.sendall(request(number))
            while not sock.recv(1 << 16).endswith(b"x\n"):
                pass
        os.kill(daemon.pid, signal.SIGSTOP)
        for number, sock in enumerate(socks):
            sock.sendall(request(number))
        daemon.process.send_signal(signal.SIGTERM)
        os.kill(daemon.pid, signal.SIGCONT)
        replies = []
        for sock in socks:
            data = b""
            with contextlib.suppress(ConnectionError):
                while chunk := sock.recv(1 << 16):
                    data += chunk
            replies.append(numbers(data))
    assert daemon.process.wait(PATIENCE) == 0
    # Nothing, or all of it.
    assert all(reply in ([], [number])
               for number, reply in enumerate(replies)), replies
