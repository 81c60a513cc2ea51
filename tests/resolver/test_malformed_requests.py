# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Requests that no honest client sends, over a plain socket."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import string
import time

import pytest

from unloopd import IS_SANITISED, Daemon, Site


@pytest.fixture
def serving(site: Site, daemon: Daemon) -> Daemon:
    site.write("default.ipxe", "#!ipxe\necho default\n")
    site.write("assets/a", b"content")
    return daemon


@pytest.mark.parametrize("data", [
    b"", b"\r\n", b"\r\n\r\n\r\n\r\n", b"GET", b"GET /", b"GET /boot.ipxe",
    b"GET /boot.ipxe HTTP/1.1", b"GET /boot.ipxe HTTP/1.1\r\nHost: x\r\n",
    b"\x00" * 4096, b"\xff" * 4096, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b" / HTTP/1.1\r\n\r\n",
    b"GET  HTTP/1.1\r\n\r\n", b"GET /healthz HTTP/9.9\r\n\r\n",
    b"GET /healthz\r\n\r\n", b"get /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n: x\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
    b"GET /health\x00z HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /boot.ipxe?serial=a\x01b HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /boot.ipxe?%00=%00&%=%& HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1e9\r\n\r\n",
    b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: "
    b"99999999999999999999999\r\n\r\n",
    b"POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"FFFFFFFFFFFFFFFFF\r\n",
])
def test_nonsense_leaves_it_serving(serving: Daemon, data: bytes) -> None:
    serving.raw(data)
    assert serving.is_well()


def request(fields: str = "", method: str = "GET", target: str = "/assets/a",
            body: str = "") -> bytes:
    return (f"{method} {target} HTTP/1.1\r\nHost: x\r\n{fields}"
            f"\r\n{body}").encode()


def test_host_of_other_characters_yields_400(serving: Daemon) -> None:
    fit = string.ascii_letters + string.digits + "-.:_[]"
    for byte in set(range(1, 256)) - set(b"\r\n"):
        data = (b"GET /boot.ipxe HTTP/1.1\r\nHost: x" + bytes([byte])
                + b"x\r\nConnection: close\r\n\r\n")
        expected = 200 if chr(byte) in fit else 400
        assert serving.status_of(data) == expected, byte


def test_oversized_target_yields_414(serving: Daemon) -> None:
    for size in (16 << 10, 200 << 10):
        assert serving.status_of(request(target="/" + "a" * size)) == 414
    assert serving.is_well()


def test_oversized_header_yields_431(serving: Daemon) -> None:
    assert serving.status_of(request(f"X: {'a' * (16 << 10)}\r\n")) == 431
    assert serving.status_of(request("X: a\r\n" * 20000)) in (431, 0)
    assert serving.is_well()


def test_two_content_lengths_yield_400_and_close(serving: Daemon) -> None:
    smuggled = request(target="/healthz").decode()
    data = serving.raw(request("Content-Length: 0\r\nContent-Length: "
                               f"{len(smuggled)}\r\n", body=smuggled))
    assert data.count(b"HTTP/1.1 ") == 1 and b" 400 " in data[:16]


def test_two_hosts_yield_400(serving: Daemon) -> None:
    assert serving.status_of(request("Host: y\r\n")) == 400


@pytest.mark.parametrize("fields", ["Content-Length: {}\r\n",
                                    "Transfer-Encoding: chunked\r\n",
                                    "Transfer-Encoding: x\r\n"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "BREW"])
def test_body_is_never_taken_for_a_request(serving: Daemon, method: str,
                                           fields: str) -> None:
    smuggled = request(target="/healthz").decode()
    data = serving.raw(request(fields.format(len(smuggled)), method,
                               body=smuggled))
    assert data.count(b"HTTP/1.1 ") <= 1
    assert b"\r\n\r\nok\n" not in data
    assert serving.is_well()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS",
                                    "TRACE", "CONNECT", "PATCH", "BREW"])
def test_other_method_yields_405(serving: Daemon, method: str) -> None:
    for path in ("/boot.ipxe", "/assets/a", "/healthz"):
        reply = serving.request(method, path)
        assert reply.status == 405
        assert reply.headers["allow"] == "GET, HEAD"


def test_unknown_address_yields_404(serving: Daemon) -> None:
    for path in ("/", "/x", "/boot.ipxe/", "/boot.ipxe/x", "/healthzz",
                 "/v1/eventsx", "/explainx", "/assetsx/a"):
        assert serving.get(path).status == 404, path
    assert serving.request("POST", "/v1/events", body=b"{}").status == 400


def test_pipelined_requests_yield_replies_in_order(serving: Daemon) -> None:
    data = serving.raw(request() + request(target="/healthz")
                       + request(target="/nosuch"))
    assert data.index(b"content") < data.index(b"ok\n") \
        < data.index(b"There is nothing")


def send_while_stopped(serving: Daemon, sock: socket.socket, data: bytes,
                       is_end: bool) -> None:
    """Use the connection once, then have all of the data wait for the daemon
    at once; is_end: and that nothing else comes, too."""
    # Less than the 30 s that an idle connection is kept.
    sock.settimeout(10)
    sock.sendall(request())
    while not sock.recv(4096).endswith(b"content"):
        pass
    os.kill(serving.pid, signal.SIGSTOP)
    try:
        sock.sendall(data)
        if is_end:
            sock.shutdown(socket.SHUT_WR)
    finally:
        os.kill(serving.pid, signal.SIGCONT)


def test_end_behind_a_request_is_noticed_at_once(serving: Daemon) -> None:
    data = b""
    with serving.connect() as sock:
        send_while_stopped(serving, sock, request(), True)
        while chunk := sock.recv(4096):
            data += chunk
    assert data.endswith(b"content")


def test_more_requests_than_are_read_at_once_are_all_answered(
        serving: Daemon) -> None:
    count = 16 * 1024 // len(request()) + 100
    data = b""
    with serving.connect() as sock:
        send_while_stopped(serving, sock, request() * count, False)
        while data.count(b"content") < count:
            chunk = sock.recv(1 << 16)
            assert chunk
            data += chunk


def test_requests_of_many_at_once_are_all_answered(serving: Daemon) -> None:
    """They are received before the first of them is answered: whole, in parts,
    longer than what is received so early, several, wrong, and none."""
    serving.site.write("default.ipxe", "#!ipxe\necho {{mac}}\n")
    pad = "X-Pad: " + "x" * 1000 + "\r\n"
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(serving.connect()) for _ in range(60)]
        wanted: list[tuple[bytes, bytes, int]] = []
        for number in range(len(socks)):
            mac = f"52:54:00:00:00:{number:02x}"
            one = request(target=f"/boot.ipxe?mac={mac}")
            echo = f"echo {mac}\n".encode()
            wanted.append([
                (one, echo, 1), (one * 3, echo, 3), (one[:30], echo, 1),
                (request(pad * 3, target=f"/boot.ipxe?mac={mac}"), echo, 1),
                (b"nonsense\r\n\r\n", b" 400 ", 1), (b"", b"", 0),
            ][number % 6])
        for sock in socks:
            sock.settimeout(10)
            sock.sendall(request())
            while not sock.recv(4096).endswith(b"content"):
                pass
        os.kill(serving.pid, signal.SIGSTOP)
        try:
            for sock, (data, _, _) in zip(socks, wanted):
                sock.sendall(data)
        finally:
            os.kill(serving.pid, signal.SIGCONT)
        for number, (sock, (data, answer, count)) in enumerate(
                zip(socks, wanted)):
            if number % 6 == 2:
                sock.sendall(request(
                    target=f"/boot.ipxe?mac=52:54:00:00:00:{number:02x}")[30:])
            if number % 6 == 5:
                sock.shutdown(socket.SHUT_WR)
                assert sock.recv(1) == b""
            got = b""
            while got.count(answer or b"?") < count:
                chunk = sock.recv(1 << 16)
                assert chunk, (number, got)
                got += chunk
    assert serving.is_well()


def test_http_1_0_request_yields_reply_and_close(serving: Daemon) -> None:
    data = serving.raw(b"GET /assets/a HTTP/1.0\r\n\r\n")
    assert data.endswith(b"content")


def test_request_in_single_bytes_yields_reply(serving: Daemon) -> None:
    with serving.connect() as sock:
        for byte in request("Connection: close\r\n"):
            sock.send(bytes([byte]))
        data = b""
        while chunk := sock.recv(4096):
            data += chunk
    assert data.endswith(b"content")


def test_log_line_shows_no_raw_bytes(serving: Daemon) -> None:
    serving.raw(b"GET /assets/\x1b[2J\"\\ HTTP/1.1\r\nHost: x\r\n"
                b"User-Agent: \x1b]0;x\x07\"\xff\r\n\r\n")
    line = serving.wait_for_lines(1)[-1]
    assert line.isascii() and line.isprintable()
    assert line.count('"') == 4


def send_garbage(serving: Daemon, dice: random.Random, count: int) -> None:
    seeds = [request(), request(target="/boot.ipxe?mac=52:54:00:12:34:56"),
             request("Range: bytes=1-2\r\nIf-Range: \"x\"\r\n"),
             b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 41"
             b"\r\n\r\n{\"mac\":\"525400123456\",\"event\":\"a\"}\n"]
    for _ in range(count):
        data = bytearray(dice.choice(seeds))
        for _ in range(dice.randrange(1, 12)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        with socket.create_connection(("127.0.0.1", serving.port)) as sock:
            sock.sendall(data[:dice.randrange(len(data)) + 1])


def test_garbage_leaves_it_serving_and_nothing_open(serving: Daemon) -> None:
    """A hundred thousand times, in flat memory; the sanitised one is slow."""
    count = 5000 if IS_SANITISED else 100000
    assert serving.is_well()
    dice = random.Random(7)
    files = serving.open_files()
    send_garbage(serving, dice, count // 4)
    memory = serving.memory_kib()
    send_garbage(serving, dice, count - count // 4)
    assert serving.is_well()
    # Sanitisers keep freed memory on purpose, and find leaks themselves.
    assert IS_SANITISED or serving.memory_kib() < memory + 2048
    # Clients that are gone are noticed, long before their time is up.
    end = time.monotonic() + 6
    while serving.open_files() > files + 2 and time.monotonic() < end:
        time.sleep(0.1)
    assert serving.open_files() <= files + 2
