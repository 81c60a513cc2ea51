"""The identity note of ipxe-src/core/identity.h: fill it in, find it, read it.

As a program: identity.py FILE prints what the note in FILE says.
"""
from __future__ import annotations

import argparse
import hashlib
import struct
import sys
import zlib

MAGIC = b"\x7fUnloop note v1\0"
LAYOUT = struct.Struct("<16s16s16s16s32s16sIIII")
SCAN_LEN = 65536
ALIGN = 16

# core/region.h: the file on a medium that holds its customisation, and its size.
REGION_FILE_NAME = "unloop.region"
REGION_FILE_LEN = 32768


def find(data: bytes, complete: bool = True) -> int:
    """Offset of the note in data, -1 if there is none.

    complete: only a note whose checksum is right; else the placeholder of a
    linked program, which has none yet.
    """
    at = data.find(MAGIC)
    while at >= 0:
        if at + LAYOUT.size <= len(data):
            note = data[at : at + LAYOUT.size]
            crc = struct.unpack_from("<I", note, LAYOUT.size - 4)[0]
            if not complete or (
                at % ALIGN == 0 and crc == zlib.crc32(note[:-4])
            ):
                return at
        at = data.find(MAGIC, at + 1)
    return -1


def fill(image: bytearray, format_name: str, tag: bytes = b"") -> bytes:
    """Fill in the placeholder of a linked program and return the note.

    image: the program's bytes as they will be in memory, before compression.
    format_name: file name below out/, e.g. "undionly.kpxe".
    tag: more bytes that the build ID depends on, such as the prefix.
    Raises ValueError if image has no placeholder.
    """
    at = find(bytes(image), complete=False)
    if at < 0:
        raise ValueError("the program has no identity note (core/identity.c)")
    fields = list(LAYOUT.unpack_from(image, at))
    fields[2] = bytes(16)
    fields[4] = format_name.encode("ascii")
    if len(fields[4]) > 31:
        raise ValueError(f"{format_name}: longer than 31 bytes")
    fields[9] = 0
    LAYOUT.pack_into(image, at, *fields)
    digest = hashlib.sha256(bytes(image) + tag).digest()
    fields[2] = digest[:16]
    LAYOUT.pack_into(image, at, *fields)
    note = with_region(bytes(image[at : at + LAYOUT.size]), 0, 0, 0)
    image[at : at + LAYOUT.size] = note
    return note


def with_region(note: bytes, offset: int, length: int, limit: int) -> bytes:
    """The note with another place of the customisation region.

    offset: in the file, bytes. length: that the file has for it now. limit:
    to how much `unloop customise` may make it grow (what is behind it in the
    file must be able to move, so for most formats it is last).
    """
    fields = list(LAYOUT.unpack(note))
    fields[6:9] = offset, length, limit
    fields[9] = 0
    note = LAYOUT.pack(*fields)
    return note[:-4] + struct.pack("<I", zlib.crc32(note[:-4]))


def for_medium(note: bytes, format_name: str, offset: int, length: int) -> bytes:
    """The note of a USB stick or disc: that of an image on it, by another
    name, and where the data of its file REGION_FILE_NAME is (one piece). It
    goes into the first 64 KiB of the medium, on a multiple of ALIGN."""
    fields = list(LAYOUT.unpack(note))
    fields[4] = format_name.encode("ascii")
    if len(fields[4]) > 31:
        raise ValueError(f"{format_name}: longer than 31 bytes")
    return with_region(LAYOUT.pack(*fields), offset, length, length)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", help="an image of this product")
    arguments = parser.parse_args()
    with open(arguments.file, "rb") as stream:
        data = stream.read(SCAN_LEN)
    at = find(data)
    if at < 0:
        print(f"{arguments.file}: no identity note in the first 64 KiB: not "
              "an image of this product.", file=sys.stderr)
        return 1
    fields = LAYOUT.unpack_from(data, at)
    print(f"format    {fields[4].rstrip(bytes(1)).decode()}")
    print(f"version   {fields[3].rstrip(bytes(1)).decode()}")
    print(f"build ID  {fields[2].hex()}")
    print(f"offset    {at}")
    print(f"region    {fields[7]} bytes at {fields[6]}, at most {fields[8]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
