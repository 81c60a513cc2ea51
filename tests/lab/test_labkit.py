# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The lab's own parts: archives, packet reading, the failing web server."""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import netns
from labkit import base, cases, payload, pool
from labkit.boot import Case, Result
from labkit.machine import load_machine, machine_names
from labkit.wire import Wire

FAULTWEB = Path(base.LAB) / "labkit" / "faultweb.py"


def test_case_names_are_unique_and_machines_exist() -> None:
    names = [case.name for case in cases.CASES]
    assert len(set(names)) == len(names)
    assert {case.machine for case in cases.CASES} <= set(machine_names())
    for name in machine_names():
        load_machine(name)


def test_cpio_is_read_by_cpio_program(tmp_path: Path) -> None:
    cpio = base.find_program("busybox")
    if cpio is None:
        pytest.skip("busybox is not installed")
    data = payload.pseudo_random(1001, 9)
    archive = payload.cpio_archive([
        payload.CpioEntry("d", stat.S_IFDIR | 0o755),
        payload.CpioEntry("d/file", stat.S_IFREG | 0o640, data),
    ])
    subprocess.run([cpio, "cpio", "-i"], input=archive, cwd=tmp_path,
                   check=True, capture_output=True, timeout=20)
    assert (tmp_path / "d/file").read_bytes() == data
    assert stat.S_IMODE((tmp_path / "d/file").stat().st_mode) == 0o640


def test_marker_disk_is_a_boot_sector() -> None:
    disk = payload.marker_disk()
    assert disk[510:512] == b"\x55\xaa"
    assert payload.DISK_MARK.encode() in disk[:510]


def test_only_so_many_failed_cases_are_tried_again(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (pool, sys.modules["labkit.boot"]):
        monkeypatch.setattr(module, "LOGS", tmp_path)
    tries: list[str] = []

    def run(case: Case, _firmware: str | None) -> Result:
        tries.append(case.name)
        (tmp_path / case.name).mkdir()
        bad = case.name != "good" and (case.name != "late"
                                       or tries.count("late") == 1)
        return Result(case, ["no"] if bad else [], 1, [])

    names = ("late", "good", "bad", "bad2", "bad3")
    lab = pool.Pool([replace(cases.CASES[0], name=name) for name in names],
                    second_tries=3, run=run)
    results = {name: lab.result(name) for name in names}
    lab.close()
    assert results["late"].passed
    assert results["late"].first_problems == ["no"]
    assert (tmp_path / "late.first").is_dir()
    said = json.loads((tmp_path / "late/result.json").read_text())
    assert (said["result"], said["first try"]) == ("passed", "no")
    assert results["good"].passed and not results["good"].first_problems
    assert not any(results[name].passed for name in ("bad", "bad2", "bad3"))
    assert len(tries) == 5 + 3


# --- packets ---------------------------------------------------------------

MACHINE, SERVER = bytes([10, 77, 0, 100]), bytes([10, 77, 0, 1])


def udp(src: int, dst: int, body: bytes, out: bool = True) -> bytes:
    inner = struct.pack(">HHHH", src, dst, 8 + len(body), 0) + body
    return ipv4(17, inner, out)


def tcp(src: int, dst: int, seq: int, flags: int, body: bytes,
        out: bool = True) -> bytes:
    inner = struct.pack(">HHIIBBHHH", src, dst, seq, 0, 5 << 4, flags, 1, 0,
                        0) + body
    return ipv4(6, inner, out)


def ipv4(protocol: int, inner: bytes, out: bool) -> bytes:
    ends = MACHINE + SERVER if out else SERVER + MACHINE
    return bytes(12) + b"\x08\x00" + struct.pack(
        ">BBHHHBBH", 0x45, 0, 20 + len(inner), 0, 0, 64, protocol, 0
    ) + ends + inner


def dump(path: Path, frames: list[bytes]) -> Wire:
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 1600, 1))
        for number, frame in enumerate(frames):
            out.write(struct.pack("<IIII", 100 + number, 0, len(frame),
                                  len(frame)) + frame)
    wire = Wire(path)
    wire.update()
    return wire


def test_wire_counts_only_whole_tftp_transfers(tmp_path: Path) -> None:
    request = b"\0\x01boot.kpxe\0octet\0blksize\x001024\0"
    frames = [
        # Given up after the size is known, as UEFI does.
        udp(2000, 69, request),
        udp(5000, 2000, b"\0\x06tsize\x001500\0blksize\x001024\0", False),
        udp(2000, 5000, b"\0\x05\0\x08gone\0"),
        # Transferred to the end.
        udp(2001, 69, request),
        udp(5001, 2001, b"\0\x06blksize\x001024\0", False),
        udp(5001, 2001, b"\0\x03\0\x01" + bytes(1024), False),
        udp(2001, 5001, b"\0\x04\0\x01"),
        udp(5001, 2001, b"\0\x03\0\x02" + bytes(10), False),
        udp(2001, 5001, b"\0\x04\0\x02"),
        udp(2001, 5001, b"\0\x04\0\x02"),
        # Broken off one block before the end.
        udp(2002, 69, request),
        udp(5002, 2002, b"\0\x03\0\x01" + bytes(512), False),
        udp(2002, 5002, b"\0\x04\0\x01"),
    ]
    wire = dump(tmp_path / "pcap", frames)
    assert wire.tftp_count("boot.kpxe") == 3
    assert wire.tftp_complete == {"boot.kpxe": 1}


def test_wire_counts_a_repeated_http_request_once(tmp_path: Path) -> None:
    head = b"GET /a?b=c HTTP/1.1\r\nHost: x\r\nRange: bytes=5-\r\n\r\n"
    frames = [
        tcp(3000, 80, 1, 0x02, b""),
        tcp(3000, 80, 2, 0x18, head), tcp(3000, 80, 2, 0x18, head),
        tcp(80, 3000, 9, 0x18, b"HTTP/1.1 206 OK\r\n\r\n", False),
    ]
    wire = dump(tmp_path / "pcap", frames)
    assert wire.http_count("/a") == 1
    assert wire.http[0].headers["range"] == "bytes=5-"
    assert (wire.http[0].query, wire.http[0].status) == ("b=c", 206)
    assert len(wire.connects[80]) == 1


def ipv6(frame: bytes) -> bytes:
    """The same packet with a header of IPv6."""
    inner = frame[34:]
    return bytes(12) + b"\x86\xdd" + struct.pack(
        ">IHBB", 6 << 28, len(inner), frame[23], 64) + bytes(32) + inner


def test_wire_sees_ipv6(tmp_path: Path) -> None:
    solicit = b"\x01\x0a\x0b\x0c\0\x0f\0\6\0\4iPXE\0\6\0\2\0\x3b\0\x0f"
    wire = dump(tmp_path / "pcap", [
        ipv6(tcp(3000, 80, 1, 0x18, b"GET /a HTTP/1.1\r\n\r\n")),
        bytes(10) + ipv6(udp(2000, 69, b"\0\x01f\0octet\0")),
        ipv6(udp(546, 547, solicit)),
    ])
    assert wire.http_count("/a") == 1
    assert wire.tftp_count("f") == 1
    message, = wire.dhcp6
    assert (message.kind, message.xid) == (1, 0x0a0b0c)
    assert message.options == {15: b"\0\4iPXE", 6: b"\0\x3b"}


def test_wire_survives_a_cut_and_random_dump(tmp_path: Path) -> None:
    frame = tcp(1, 80, 1, 0x18, b"GET / HTTP/1.1\r\n\r\n")
    for length in range(len(frame)):
        dump(tmp_path / "pcap", [frame[:length], ipv6(frame)[:length]])
    for seed in range(200):
        noise = payload.pseudo_random(60, seed)
        dump(tmp_path / "pcap", [frame[:34] + noise,
                                 ipv6(udp(546, 547, noise)),
                                 udp(67, 68, noise), udp(1, 69, noise)])


# --- the failing web server --------------------------------------------------

class Fault:
    """A running faultweb.py."""

    def __init__(self, folder: Path, rules: list[dict[str, object]]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = folder / "log.jsonl"
        (folder / "rules.json").write_text(json.dumps(rules))
        self.process = subprocess.Popen(
            [sys.executable, str(FAULTWEB), "--port", str(self.port),
             "--log", str(self.log), str(folder / "rules.json")])

    def get(self, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        end = time.monotonic() + 10
        while True:
            try:
                link = http.client.HTTPConnection("127.0.0.1", self.port,
                                                  timeout=10)
                link.request("GET", "/f", headers=headers)
                break
            except ConnectionRefusedError:
                assert time.monotonic() < end
                time.sleep(0.05)
        try:
            reply = link.getresponse()
            got = dict(reply.getheaders())
            try:
                return reply.status, reply.read(), got
            except http.client.IncompleteRead as partial:
                return reply.status, partial.partial, got
        finally:
            link.close()


Starter = Callable[..., Fault]


@pytest.fixture
def body(tmp_path: Path) -> Path:
    path = tmp_path / "body"
    path.write_bytes(payload.pseudo_random(300000, 5))
    return path


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    started: list[Fault] = []

    def begin(*rules: dict[str, object]) -> Fault:
        started.append(Fault(tmp_path, list(rules)))
        return started[-1]
    yield begin
    for fault in started:
        fault.process.terminate()
        fault.process.wait(10)


def test_faultweb_dies_and_answers_the_rest(start: Starter, body: Path) -> None:
    name = str(body)
    fault = start({"path": "/f", "file": name, "times": 1, "die_at": 100000,
                   "down": 1}, {"path": "/f", "file": name})
    assert wait_open(fault.port)
    link = socket.create_connection(("127.0.0.1", fault.port), 10)
    link.sendall(b"GET /f HTTP/1.1\r\n\r\n")
    got = b""
    with pytest.raises(ConnectionResetError):
        while block := link.recv(65536):
            got += block
    link.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", fault.port), 1)
    head, _, first = got.partition(b"\r\n\r\n")
    assert len(first) == 100000
    etag = head.split(b"ETag: ")[1].split(b"\r\n")[0].decode()
    status, rest, _headers = fault.get(
        **{"Range": "bytes=100000-", "If-Range": etag})
    assert status == 206
    assert hashlib.sha256(first + rest).digest() == \
        hashlib.sha256(body.read_bytes()).digest()
    status, whole, _headers = fault.get(
        **{"Range": "bytes=100000-", "If-Range": '"other"'})
    assert (status, len(whole)) == (200, 300000)


def wait_open(port: int) -> bool:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        table = Path("/proc/net/tcp").read_text()
        if f":{port:04X} 00000000:0000 0A" in table:
            return True
        time.sleep(0.05)
    return False


def test_faultweb_cuts_and_counts(start: Starter, body: Path) -> None:
    fault = start({"path": "/f", "status": 503, "times": 1,
                   "headers": {"Retry-After": "7"}},
                  {"path": "/f", "file": str(body), "cut_at": 1000,
                   "ranges": False})
    status, _data, headers = fault.get()
    assert (status, headers["Retry-After"]) == (503, "7")
    status, data, _headers = fault.get(Range="bytes=5-")
    assert (status, len(data)) == (200, 1000)
    entries = [json.loads(line) for line in
               fault.log.read_text().splitlines()]
    assert [e["status"] for e in entries] == [503, 200]
    assert entries[1]["sent"] == 1000


# --- the network -------------------------------------------------------------

def test_stale_network_is_removed(free_namespace: netns.Network) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait(10)
    name = f"lab-{gone.pid}-1"
    base.run("ip", "netns", "add", name)
    assert name in netns.remove_stale()
    assert free_namespace.name in base.run("ip", "netns", "list")


def test_swallowed_port_gives_no_answer(
        free_namespace: netns.Network) -> None:
    free_namespace.swallow(81)
    host = free_namespace.add_host(netns.SECOND)
    probe = ("import socket,sys\nfor port in (80, 81):\n try:\n"
             "  socket.create_connection(('10.77.0.1', port), 1)\n"
             " except OSError as e: print(type(e).__name__)")
    said = base.run("ip", "netns", "exec", host, "/usr/bin/python3", "-c",
                    probe)
    assert said.split() == ["ConnectionRefusedError", "TimeoutError"]
