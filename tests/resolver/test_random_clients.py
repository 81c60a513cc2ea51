# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Many clients at once that do by chance what clients do: ask for several
things before they read, send in pieces, read slowly, leave."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import random
import re
import socket
import struct
import time
from dataclasses import dataclass

from unloopd import Daemon, Site

CLIENTS = 40
#: Seconds that they go on, and that one waits at most.
SECONDS = 6
PATIENCE = 20
#: Of scripts and of the file that are asked for.
PAD = "x" * 1500
FILE = random.Random(1).randbytes(3 << 20)


@dataclass
class Question:
    """A request; status and body of its reply, None: any."""

    data: bytes
    status: int | None
    body: bytes | None
    has_body: bool = True


def ask_script(dice: random.Random) -> Question:
    mac = f"5254{dice.randrange(1 << 32):08x}"
    return Question(f"GET /boot.ipxe?mac={mac} HTTP/1.1\r\n"
                    "Host: x\r\n\r\n".encode(), 200,
                    f"#!ipxe\necho {mac} {PAD}\n".encode())


def ask_part(dice: random.Random) -> Question:
    first = dice.randrange(len(FILE))
    end = min(first + dice.randrange(1, 200000), len(FILE))
    return Question(f"GET /assets/file HTTP/1.1\r\nHost: x\r\n"
                    f"Range: bytes={first}-{end - 1}\r\n\r\n".encode(),
                    206, FILE[first:end])


def report(dice: random.Random) -> Question:
    """Some of them are too many events, which is an answer as well."""
    body = (f'{{"mac":"52:54:00:00:00:{dice.randrange(256):02x}"}}\n'
            f'{{"event":"n{dice.randrange(100)}"}}\n').encode()
    body += b" " * dice.randrange(3000)
    return Question(b"POST /v1/events HTTP/1.1\r\nHost: x\r\n"
                    b"Content-Length: %d\r\n\r\n%b" % (len(body), body),
                    None, None)


def ask_nothing(dice: random.Random) -> Question:
    return Question(b"GET /nosuch HTTP/1.1\r\nHost: x\r\nX: %b\r\n\r\n"
                    % (b"y" * dice.randrange(3000)), 404, None)


def ask_head(dice: random.Random) -> Question:
    del dice
    return Question(b"HEAD /boot.ipxe HTTP/1.1\r\nHost: x\r\n\r\n", 200,
                    None, has_body=False)


QUESTIONS = [ask_script] * 6 + [ask_part, report, ask_nothing, ask_head]


async def send(writer: asyncio.StreamWriter, data: bytes,
               dice: random.Random) -> None:
    while data:
        count = dice.choice([len(data)] * 3 + [1, 7, 100, 3000])
        writer.write(data[:count])
        data = data[count:]
        if dice.random() < 0.2:
            await asyncio.sleep(dice.random() * 0.01)
    await writer.drain()


async def check(reader: asyncio.StreamReader, question: Question) -> None:
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    length = re.search(rb"\r\nContent-Length: (\d+)", head)
    assert length, head
    body = b""
    if question.has_body:
        body = await asyncio.wait_for(reader.readexactly(int(length[1])),
                                      PATIENCE)
    assert question.status in (None, int(head[9:12])), (question.data, head)
    assert question.body in (None, body), question.data


async def converse(sock: socket.socket, dice: random.Random,
                   answered: list[str]) -> None:
    """Use one connection; add what was answered as it should be."""
    reader, writer = await asyncio.open_connection(sock=sock, limit=1 << 24)
    try:
        for _ in range(dice.randrange(1, 60)):
            questions = [dice.choice(QUESTIONS)(dice)
                         for _ in range(dice.choice([1, 1, 1, 1, 2, 5, 20]))]
            sending = asyncio.create_task(send(
                writer, b"".join(each.data for each in questions), dice))
            if dice.random() < 0.02:
                await asyncio.sleep(dice.random() * 0.01)
                sending.cancel()
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                struct.pack("ii", dice.randrange(2), 0))
                break
            if dice.random() < 0.1:
                await asyncio.sleep(dice.random() * 0.05)
            for question in questions:
                await check(reader, question)
                answered.append(question.data.split()[1].decode())
            await sending
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def client(port: int, seed: int, end: float,
                 answered: list[str]) -> None:
    dice = random.Random(seed)
    while time.monotonic() < end:
        sock = socket.socket()
        sock.setblocking(False)
        if dice.random() < 0.3:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await asyncio.get_running_loop().sock_connect(
            sock, ("127.0.0.1", port))
        await converse(sock, dice, answered)


async def all_clients(port: int) -> list[str]:
    """What was asked for and answered."""
    answered: list[str] = []
    end = time.monotonic() + SECONDS
    await asyncio.gather(*(client(port, seed, end, answered)
                           for seed in range(CLIENTS)))
    return answered


def logged(daemon: Daemon) -> collections.Counter[str]:
    return collections.Counter(
        re.findall(r' [A-Z]+ "(\S+)" ', daemon.log_text()))


def test_everybody_gets_the_own_answers(site: Site, daemon: Daemon) -> None:
    site.write("default.ipxe", f"#!ipxe\necho {{{{mac}}}} {PAD}\n")
    site.write("assets/file", FILE)
    daemon.settle()
    before = daemon.open_files()
    answered = asyncio.run(all_clients(daemon.port))
    assert len(answered) > 1000
    daemon.wait_for(lambda: daemon.open_files() <= before)
    assert daemon.is_well()
    # They are in the log soon, each as it was asked for.
    wanted = collections.Counter(answered)
    daemon.wait_for(lambda: not wanted - logged(daemon))
