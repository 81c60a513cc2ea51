# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Slow clients, stalled clients, many clients."""

from __future__ import annotations

import contextlib
import random
import resource
import select
import threading
import time

import pytest

from unloopd import (IS_SANITISED, Daemon, Site, read_all,
                     user_arguments)

MANY = 1000


@pytest.fixture
def serving(site: Site, daemon: Daemon) -> Daemon:
    site.write("default.ipxe", "#!ipxe\necho {{mac}}\n")
    site.write("assets/large", bytes(16 << 20))
    return daemon


def median_ms(daemon: Daemon) -> float:
    times = []
    for _ in range(21):
        start = time.monotonic()
        assert daemon.get("/boot.ipxe").status == 200
        times.append(time.monotonic() - start)
    return sorted(times)[10] * 1000


def test_half_requests_do_not_block_others(serving: Daemon) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(200):
            sock = stack.enter_context(serving.connect())
            sock.sendall(b"GET /boot.ipxe HTTP/1.1\r\nHo")
        assert median_ms(serving) < 500


def test_stalled_downloads_do_not_block_others(serving: Daemon) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(50):
            sock = stack.enter_context(serving.connect())
            sock.sendall(b"GET /assets/large HTTP/1.1\r\nHost: x\r\n\r\n")
        assert median_ms(serving) < 500


def test_dribbled_header_is_cut_off(serving: Daemon) -> None:
    """A byte now and then must not hold a connection for ever."""
    start = time.monotonic()
    with serving.connect() as sock:
        sock.sendall(b"GET /boot.ipxe HTTP/1.1\r\nHost: x\r\nX: ")
        while time.monotonic() - start < 30:
            readable, _, _ = select.select([sock], [], [], 0.5)
            if readable:
                break
            sock.send(b"a")
        took = time.monotonic() - start
    assert 9 < took < 16
    assert serving.is_well()


def test_many_connections_at_once_all_get_replies(serving: Daemon) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < MANY + 100:
        pytest.skip(f"only {hard} files may be open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, MANY + 100), hard))
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(serving.connect()) for _ in range(MANY)]
        for number, sock in enumerate(socks):
            sock.sendall(f"GET /boot.ipxe?mac=525400{number:06x} HTTP/1.1\r\n"
                         "Host: x\r\nConnection: close\r\n\r\n".encode())
        for number, sock in enumerate(socks):
            assert f"echo 525400{number:06x}\n".encode() in read_all(sock)
    assert serving.is_well()
    assert len(serving.wait_for_lines(MANY + 1)) == MANY + 1


def test_many_threads_get_their_own_answers(site: Site,
                                            serving: Daemon) -> None:
    """Each keep-alive client sees only what it asked for."""
    rest = bytes(16 << 20)
    errors: list[str] = []

    def client(number: int) -> None:
        dice = random.Random(number)
        connection = serving.http()
        try:
            for _ in range(40):
                mac = f"5254{dice.randrange(1 << 32):08x}"
                connection.request("GET", f"/boot.ipxe?mac={mac}")
                body = connection.getresponse().read()
                if body != f"#!ipxe\necho {mac}\n".encode():
                    errors.append(f"{mac}: {body!r}")
                first = dice.randrange(1 << 24)
                connection.request("GET", "/assets/large", headers={
                    "Range": f"bytes={first}-{first + 999}"})
                if connection.getresponse().read() != rest[first:first + 1000]:
                    errors.append(f"range at {first}")
        except OSError as error:
            errors.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=client, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors


def test_keep_alive_serves_many_requests_in_flat_memory(
        site: Site, serving: Daemon) -> None:
    site.write("assets/small", b"content")
    paths = ("/boot.ipxe?mac=52:54:00:12:34:56", "/assets/small", "/nosuch",
             "/boot.ipxe?serial=%0a")
    memory = []
    with serving.connect() as sock:
        file = sock.makefile("rb")
        for _ in range(2):
            for number in range(4000):
                sock.sendall(f"GET {paths[number % 4]} HTTP/1.1\r\n"
                             "Host: x\r\n\r\n".encode())
                length = 0
                while (line := file.readline()) != b"\r\n":
                    assert line, "the connection was closed"
                    if line.startswith(b"Content-Length:"):
                        length = int(line[15:])
                assert len(file.read(length)) == length > 0
            memory.append(serving.memory_kib())
    # Sanitisers keep freed memory on purpose, and find leaks themselves.
    assert IS_SANITISED or memory[1] < memory[0] + 512


def test_connections_beyond_the_limit_are_told_to_come_again(
        site: Site) -> None:
    """As many as the limit of open files allows; the rest get an answer."""
    site.write("default.ipxe", "#!ipxe\n")
    daemon = Daemon(site, *user_arguments(), by=("prlimit", "--nofile=256"))
    try:
        with contextlib.ExitStack() as stack:
            for _ in range(96):
                sock = stack.enter_context(daemon.connect())
                sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                assert sock.recv(12) == b"HTTP/1.1 200"
            reply = daemon.raw(b"GET /boot.ipxe HTTP/1.1\r\nHost: x\r\n\r\n")
            assert reply.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nRetry-After: 2\r\n" in reply
        daemon.wait_for(lambda: daemon.get("/boot.ipxe").status == 200)
    finally:
        assert daemon.stop() == 0
