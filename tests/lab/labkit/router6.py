# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Answers IPv6 router solicitations: there is a router, and no IPv6 from it
unless the options say so.

The iPXE in QEMU's network cards waits 13 s for such an answer before it uses
its IPv4 lease; on most networks something answers.
"""

from __future__ import annotations

import argparse
import socket
import struct

SOLICITATION, ADVERTISEMENT = 133, 134


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("interface")
    parser.add_argument("--lifetime", type=int, default=0, metavar="S",
                        help="as default router, for so many seconds")
    parser.add_argument("--managed", action="store_true",
                        help="addresses come from DHCPv6 (flag M)")
    parser.add_argument("--other", action="store_true",
                        help="all else comes from DHCPv6 (flag O)")
    parser.add_argument("--prefix", help="on the link, of 64 bits")
    parser.add_argument("--slaac", action="store_true",
                        help="addresses are made of it (flag A)")
    options = parser.parse_args()
    index = socket.if_nametoindex(options.interface)
    sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW,
                         socket.IPPROTO_ICMPV6)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    group = socket.inet_pton(socket.AF_INET6, "ff02::2")
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                    group + struct.pack("@I", index))
    # RFC 4861 4.2: hop limit 64; the kernel fills the checksum in.
    flags = options.managed << 7 | options.other << 6
    answer = struct.pack(">BBHBBHII", ADVERTISEMENT, 0, 0, 64, flags,
                         options.lifetime, 0, 0)
    if options.prefix:
        # RFC 4861 4.6.2.
        answer += struct.pack(">BBBBIII", 3, 4, 64,
                              0x80 | options.slaac << 6, 3600, 3600, 0)
        answer += socket.inet_pton(socket.AF_INET6, options.prefix)
    while True:
        packet, _peer = sock.recvfrom(2048)
        if packet[:1] == bytes([SOLICITATION]):
            sock.sendto(answer, ("ff02::1", 0, 0, index))


if __name__ == "__main__":
    main()
