# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Which Ethernet addresses a machine hears: pings its IP address by each.

Prints one line for each: "MAC answers" or "MAC is silent".
"""

from __future__ import annotations

import argparse
import socket
import struct
import time

#: Seconds to wait for an answer, and how often is asked.
WAIT, TRIES = 1.0, 3
MARK = 0x4B4E


def checksum(data: bytes) -> int:
    """RFC 1071."""
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ping(to: bytes, here: bytes, ip: str, server: str, number: int) -> bytes:
    """An echo request (RFC 792) in an IPv4 packet in a frame."""
    icmp = bytearray(struct.pack(">BBHHH", 8, 0, 0, MARK, number)) + b"knock knock!"
    struct.pack_into(">H", icmp, 2, checksum(icmp))
    head = bytearray(struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(icmp), number, 0,
                                 64, 1, 0))
    head += socket.inet_aton(server) + socket.inet_aton(ip)
    struct.pack_into(">H", head, 10, checksum(head))
    return to + here + b"\x08\x00" + head + icmp


def is_answer(frame: bytes, number: int) -> bool:
    return frame[12:14] == b"\x08\x00" and len(frame) >= 42 and \
        struct.unpack(">BBHHH", frame[34:42])[0::3] == (0, MARK) and \
        frame[40:42] == struct.pack(">H", number)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("interface")
    parser.add_argument("server", help="the IP address that asks")
    parser.add_argument("ip")
    parser.add_argument("mac", nargs="+")
    args = parser.parse_args()
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    sock.bind((args.interface, 3))
    here = sock.getsockname()[4]
    for number, mac in enumerate(args.mac):
        heard = False
        for _ in range(TRIES):
            sock.send(ping(bytes.fromhex(mac.replace(":", "")), here, args.ip,
                           args.server, number))
            end = time.monotonic() + WAIT
            while not heard and time.monotonic() < end:
                sock.settimeout(max(0.01, end - time.monotonic()))
                try:
                    heard = is_answer(sock.recv(2048), number)
                except TimeoutError:
                    pass
        print(mac, "answers" if heard else "is silent", flush=True)


if __name__ == "__main__":
    main()
