# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A proxyDHCP that gives the file name in its offer on port 67 already.

PXE 2.1 2.2.3 allows it beside the way over port 4011, and some servers do
so; dnsmasq, which plays the other way in the lab, does not.
"""

from __future__ import annotations

import argparse
import socket
import struct

DISCOVER, OFFER = 1, 2


def options_of(packet: bytes) -> dict[int, bytes]:
    """The options of a DHCP message (RFC 2132 2)."""
    found: dict[int, bytes] = {}
    at = 240
    while at + 1 < len(packet) and packet[at] != 255:
        if packet[at] == 0:
            at += 1
            continue
        length = packet[at + 1]
        found[packet[at]] = packet[at + 2:at + 2 + length]
        at += 2 + length
    return found


def offer(packet: bytes, server: str, filename: str) -> bytes | None:
    """The answer to a DHCPDISCOVER of a PXE client; None for others."""
    options = options_of(packet)
    if (len(packet) < 240 or options.get(53) != bytes([DISCOVER])
            or not options.get(60, b"").startswith(b"PXEClient")):
        return None
    address = socket.inet_aton(server)
    reply = bytearray(packet[:236])
    reply[0] = 2
    struct.pack_into(">H", reply, 10, 0x8000)
    reply[12:28] = bytes(8) + address + bytes(4)
    reply[44:236] = bytes(64) + filename.encode().ljust(128, b"\0")
    reply += b"\x63\x82\x53\x63"
    # 43.6, discovery control: "take the file name given here".
    given = {53: bytes([OFFER]), 54: address, 60: b"PXEClient",
             43: bytes([6, 1, 8, 255])}
    if 97 in options:
        given[97] = options[97]
    for code, value in given.items():
        reply += bytes([code, len(value)]) + value
    return bytes(reply + b"\xff").ljust(300, b"\0")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("interface")
    parser.add_argument("server", help="its own address, and next-server")
    parser.add_argument("filename")
    args = parser.parse_args()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                    args.interface.encode())
    sock.bind(("", 67))
    while True:
        packet, _peer = sock.recvfrom(2048)
        reply = offer(packet, args.server, args.filename)
        if reply:
            sock.sendto(reply, ("255.255.255.255", 68))


if __name__ == "__main__":
    main()
