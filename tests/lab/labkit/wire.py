# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What the machine did on the wire, read from QEMU's own packet dump."""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class TftpRequest:
    """One read request (RFC 1350 5) of the machine."""
    time: float
    filename: str
    options: dict[str, str]


@dataclass
class HttpRequest:
    """One HTTP request head of the machine, retransmissions left out."""
    time: float
    port: int
    method: str
    target: str
    headers: dict[str, str]
    #: When the first byte of the answer came by, None while there is none.
    answered: float | None = None
    #: The answer's status code, 0 while there is none.
    status: int = 0
    #: Who sent it, and the tag of its frame, 0 if it had none.
    mac: str = ""
    vlan: int = 0

    @property
    def path(self) -> str:
        return self.target.split("?", 1)[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


@dataclass
class DhcpMessage:
    """One DHCP message in either direction (RFC 2131 2)."""
    time: float
    port: int
    xid: int
    flags: int
    options: dict[int, bytes]
    #: Who sent the frame, who the message says is its client; the tag of the
    #: frame, 0 if it had none.
    mac: str = ""
    client: str = ""
    vlan: int = 0

    @property
    def kind(self) -> int:
        """Option 53; 1 DISCOVER, 2 OFFER, 3 REQUEST, 5 ACK; 0 if absent."""
        value = self.options.get(53, b"\0")
        return value[0] if value else 0


@dataclass
class Dhcp6Message:
    """One DHCPv6 message in either direction (RFC 8415 8)."""
    time: float
    #: 1 SOLICIT, 2 ADVERTISE, 3 REQUEST, 7 REPLY, 11 INFORMATION-REQUEST.
    kind: int
    xid: int
    options: dict[int, bytes]
    #: Who sent the frame.
    mac: str = ""


@dataclass
class _Transfer:
    """A TFTP transfer, by the machine's port."""
    filename: str
    blksize: int = 512
    #: Number of the short block that ends it, None until it was sent.
    last: int | None = None
    is_complete: bool = False


@dataclass
class _Flow:
    seen: set[int] = field(default_factory=set)
    open: HttpRequest | None = None


class Wire:
    """Reads the growing dump; call update() and look at the lists.

    All times are QEMU's; add skew for the host's.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tftp: list[TftpRequest] = []
        self.http: list[HttpRequest] = []
        self.dhcp: list[DhcpMessage] = []
        self.dhcp6: list[Dhcp6Message] = []
        #: Per file, how often it reached the machine to its last block.
        self.tftp_complete: dict[str, int] = {}
        #: Per file, when its last block was acknowledged the last time.
        self.tftp_ended: dict[str, float] = {}
        #: Time of the last TCP payload per server port.
        self.last_tcp: dict[int, float] = {}
        #: Connection attempts (SYN) of the machine per server port.
        self.connects: dict[int, list[float]] = {}
        #: IPv4 fragments in either direction.
        self.fragments = 0
        #: Sender and tag of the frame that is being looked at.
        self._from = ("", 0)
        #: QEMU's clock starts at a whole second; this leads to the host's
        #: clock: the least that a packet was ever seen late.
        self.skew = float("inf")
        self._offset = 24
        self._flows: dict[tuple[int, int], _Flow] = {}
        self._transfers: dict[int, _Transfer] = {}

    def update(self) -> None:
        """Take in what was added to the file since the last call."""
        try:
            with open(self.path, "rb") as dump:
                dump.seek(self._offset)
                data = dump.read()
        except OSError:
            return
        now = time.time()
        at = 0
        while at + 16 <= len(data):
            sec, usec, length, _full = struct.unpack_from("<IIII", data, at)
            if at + 16 + length > len(data):
                break
            when = sec + usec / 1e6
            self.skew = min(self.skew, now - when)
            self._packet(when, data[at + 16:at + 16 + length])
            at += 16 + length
        self._offset += at

    def tftp_count(self, filename: str) -> int:
        """How often this file was asked for (size questions included)."""
        return sum(r.filename.lstrip("/") == filename for r in self.tftp)

    def http_count(self, path: str, method: str = "GET") -> int:
        """How often this path was asked for with this method."""
        return sum(r.path == path and r.method == method for r in self.http)

    def _packet(self, when: float, frame: bytes) -> None:
        # A card that takes offloads has a header of 10 or 12 bytes before
        # each frame (MachineSpec.offload), which QEMU dumps as well.
        for extra in (0, 10, 12):
            # IPv6; IPv4, or that with a tag of 802.1Q before its type.
            if frame[extra + 12:extra + 14] == b"\x86\xdd":
                self._packet6(when, frame[extra:])
                return
            if frame[extra + 12:extra + 15] == b"\x08\x00\x45":
                vlan = 0
                frame = frame[extra:]
                break
            if (frame[extra + 12:extra + 14] == b"\x81\x00"
                    and frame[extra + 16:extra + 19] == b"\x08\x00\x45"):
                vlan = struct.unpack_from(">H", frame, extra + 14)[0] & 0xfff
                frame = frame[extra:extra + 12] + frame[extra + 16:]
                break
        else:
            return
        if len(frame) < 34:
            return
        self._from = (frame[6:12].hex(":"), vlan)
        fragment = struct.unpack_from(">H", frame, 20)[0] & 0x3fff
        if fragment:
            self.fragments += 1
            if fragment & 0x1fff:
                return
        header = (frame[14] & 15) * 4
        protocol = frame[23]
        total = struct.unpack_from(">H", frame, 16)[0]
        inner = frame[14 + header:14 + total]
        self._inner(when, protocol, inner)

    def _packet6(self, when: float, frame: bytes) -> None:
        """A packet of IPv6; in pieces or with other headers it is left out."""
        if len(frame) < 62:
            return
        self._from = (frame[6:12].hex(":"), 0)
        length, = struct.unpack_from(">H", frame, 18)
        self._inner(when, frame[20], frame[54:54 + length])

    def _inner(self, when: float, protocol: int, inner: bytes) -> None:
        if len(inner) < 8:
            return
        src, dst = struct.unpack_from(">HH", inner)
        if protocol == 17:
            # The dump may have cut the packet short; its header has not.
            length, = struct.unpack_from(">H", inner, 4)
            self._udp(when, src, dst, inner[8:], length - 8)
        elif protocol == 6 and len(inner) >= 20:
            self._tcp(when, src, dst, inner)

    def _udp(self, when: float, src: int, dst: int, body: bytes,
             length: int) -> None:
        if dst in (67, 68, 4011) or src in (67, 4011):
            self._dhcp_message(when, dst, body)
        elif dst in (546, 547):
            self._dhcp6_message(when, body)
        elif dst == 69 and body[:2] == b"\0\x01":
            words = [w.decode("latin-1") for w in body[2:].split(b"\0")]
            options = dict(zip(words[2::2], words[3::2]))
            self.tftp.append(TftpRequest(when, words[0], options))
            self._transfers[src] = _Transfer(words[0].lstrip("/"))
        elif dst in self._transfers:
            self._tftp_from_server(self._transfers[dst], body, length)
        elif src in self._transfers:
            self._tftp_from_machine(when, self._transfers[src], body)

    def _tftp_from_server(self, transfer: _Transfer, body: bytes,
                          length: int) -> None:
        if body[:2] == b"\0\x06":
            words = body[2:].lower().split(b"\0")
            options = dict(zip(words[::2], words[1::2]))
            transfer.blksize = int(options.get(b"blksize", b"512"))
        elif body[:2] == b"\0\x03" and length - 4 < transfer.blksize:
            transfer.last, = struct.unpack_from(">H", body, 2)

    def _tftp_from_machine(self, when: float, transfer: _Transfer,
                           body: bytes) -> None:
        if (body[:2] != b"\0\x04" or transfer.last is None
                or transfer.is_complete
                or struct.unpack_from(">H", body, 2)[0] != transfer.last):
            return
        transfer.is_complete = True
        name = transfer.filename
        self.tftp_complete[name] = self.tftp_complete.get(name, 0) + 1
        self.tftp_ended[name] = when

    def _dhcp_message(self, when: float, port: int, body: bytes) -> None:
        if len(body) < 240:
            return
        options: dict[int, bytes] = {}
        at = 240
        while at + 1 < len(body) and body[at] != 255:
            if body[at] == 0:
                at += 1
                continue
            code, length = body[at], body[at + 1]
            options[code] = options.get(code, b"") + body[at + 2:
                                                          at + 2 + length]
            at += 2 + length
        xid, = struct.unpack_from(">I", body, 4)
        flags, = struct.unpack_from(">H", body, 10)
        self.dhcp.append(DhcpMessage(when, port, xid, flags, options,
                                     self._from[0], body[28:34].hex(":"),
                                     self._from[1]))

    def _dhcp6_message(self, when: float, body: bytes) -> None:
        if len(body) < 4:
            return
        options: dict[int, bytes] = {}
        at = 4
        while at + 4 <= len(body):
            code, length = struct.unpack_from(">HH", body, at)
            options.setdefault(code, body[at + 4:at + 4 + length])
            at += 4 + length
        self.dhcp6.append(Dhcp6Message(
            when, body[0], int.from_bytes(body[1:4], "big"), options,
            self._from[0]))

    def _tcp(self, when: float, src: int, dst: int, segment: bytes) -> None:
        seq, = struct.unpack_from(">I", segment, 4)
        payload = segment[(segment[12] >> 4) * 4:]
        if segment[13] & 0x12 == 0x02:
            self.connects.setdefault(dst, []).append(when)
        if not payload:
            return
        if (dst, src) in self._flows:
            self.last_tcp[src] = when
            request = self._flows[(dst, src)].open
            if request and request.answered is None:
                request.answered = when
                if payload.startswith(b"HTTP/1."):
                    status = payload.split(b" ", 2)[1]
                    request.status = int(status) if status.isdigit() else 0
            return
        method = payload.split(b" ", 1)[0]
        if method not in (b"GET", b"HEAD", b"POST", b"PUT"):
            return
        flow = self._flows.setdefault((src, dst), _Flow())
        if seq in flow.seen:
            return
        flow.seen.add(seq)
        lines = payload.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        flow.open = HttpRequest(when, dst, words[0],
                                words[1] if len(words) > 1 else "", headers,
                                mac=self._from[0], vlan=self._from[1])
        self.http.append(flow.open)
