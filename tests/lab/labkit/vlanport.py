# SPDX-License-Identifier: BSD-2-Clause-Patent
"""One end of a VLAN, made by hand: the kernel may have no 802.1Q.

Frames with the tag that come by an interface go to a tap device without it;
what the tap device sends goes out there with the tag put in.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import select
import socket
import struct

ETH_P_ALL = 0x0003
TPID = b"\x81\x00"
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
SOL_PACKET, PACKET_AUXDATA, PACKET_OUTGOING = 263, 8, 4
#: struct tpacket_auxdata: status and, at 16, the tag that was taken out.
AUXDATA = struct.Struct("@IIIHHHH")
TP_STATUS_VLAN_VALID = 0x10


def tag_of(control: list[tuple[int, int, bytes]]) -> int | None:
    """The tag that the kernel took out of a frame, None if it had none."""
    for level, kind, data in control:
        if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
            fields = AUXDATA.unpack_from(data)
            if fields[0] & TP_STATUS_VLAN_VALID:
                return fields[5] & 0xfff
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("interface")
    parser.add_argument("tap")
    parser.add_argument("tag", type=int)
    options = parser.parse_args()
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(ETH_P_ALL))
    wire.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    wire.bind((options.interface, 0))
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack(
        "16sH", options.tap.encode(), IFF_TAP | IFF_NO_PI))
    tag = TPID + struct.pack(">H", options.tag)
    while True:
        ready, _, _ = select.select([wire, tap], [], [])
        if wire in ready:
            frame, control, _flags, sender = wire.recvmsg(65536, 256)
            if (sender[2] != PACKET_OUTGOING
                    and tag_of(control) == options.tag):
                os.write(tap, frame)
        if tap in ready:
            frame = os.read(tap, 65536)
            wire.send(frame[:12] + tag + frame[12:])


if __name__ == "__main__":
    main()
