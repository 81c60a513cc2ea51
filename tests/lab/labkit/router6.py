# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Answers IPv6 router solicitations: there is a router, and no IPv6 from it.

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
    index = socket.if_nametoindex(parser.parse_args().interface)
    sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW,
                         socket.IPPROTO_ICMPV6)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    group = socket.inet_pton(socket.AF_INET6, "ff02::2")
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                    group + struct.pack("@I", index))
    # RFC 4861 4.2: hop limit 64, no flags, router lifetime 0, no options.
    answer = struct.pack(">BBHBBHII", ADVERTISEMENT, 0, 0, 64, 0, 0, 0, 0)
    while True:
        packet, _peer = sock.recvfrom(2048)
        if packet[:1] == bytes([SOLICITATION]):
            sock.sendto(answer, ("ff02::1", 0, 0, index))


if __name__ == "__main__":
    main()
