# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A syslog server: prints each datagram that comes to UDP port 514."""

from __future__ import annotations

import socket


def main() -> None:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("0.0.0.0", 514))
    while True:
        data, peer = sock.recvfrom(2048)
        print(peer[0], data.decode("utf-8", "backslashreplace"), flush=True)


if __name__ == "__main__":
    main()
