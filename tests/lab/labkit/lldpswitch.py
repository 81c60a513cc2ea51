# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The switch at the other end of the cable: says by LLDP who it is, once a
second (a real one: every 30 s). IEEE 802.1AB-2016 8, annex D for 802.1's."""

from __future__ import annotations

import argparse
import socket
import struct
import time

#: The group "nearest bridge", which no bridge forwards.
GROUP = bytes.fromhex("0180c200000e")
ETHERTYPE = 0x88CC


def tlv(kind: int, value: bytes) -> bytes:
    return struct.pack(">H", kind << 9 | len(value)) + value


def pdu(mac: bytes, port: str, system: str, address: str, vlan: int) -> bytes:
    """Chassis ID (4: a MAC address), port ID (5: an interface's name), time to
    live, name, management address, port VLAN ID, end."""
    return b"".join((
        tlv(1, b"\x04" + mac), tlv(2, b"\x05" + port.encode()),
        tlv(3, struct.pack(">H", 120)), tlv(5, system.encode()),
        tlv(8, b"\x05\x01" + socket.inet_aton(address)
            + b"\x02" + struct.pack(">I", 7) + b"\x00"),
        tlv(127, bytes.fromhex("0080c201") + struct.pack(">H", vlan)),
        tlv(0, b"")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("interface")
    parser.add_argument("--mac", default="020000000099")
    parser.add_argument("--port", default="ge-0/0/7")
    parser.add_argument("--system", default="lab-switch")
    parser.add_argument("--address", default="10.77.0.99")
    parser.add_argument("--vlan", type=int, default=42)
    args = parser.parse_args()
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((args.interface, 0))
    mac = bytes.fromhex(args.mac)
    frame = GROUP + mac + struct.pack(">H", ETHERTYPE) + pdu(
        mac, args.port, args.system, args.address, args.vlan)
    while True:
        try:
            sock.send(frame.ljust(60, b"\0"))
        except OSError:
            pass  # no machine is there yet
        time.sleep(1)


if __name__ == "__main__":
    main()
