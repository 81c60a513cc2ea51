# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The screen and keyboard of a machine: pictures, dumps, keys."""

from __future__ import annotations

import re
import struct
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from .base import LabError

if TYPE_CHECKING:
    from .boot import Boot

#: Size of the picture that the cases show.
WIDTH, HEIGHT = 800, 600

#: QEMU's names of the keys that give these characters on a US keyboard.
PLAIN = {" ": "spc", "\n": "ret", "-": "minus", "=": "equal",
         "[": "bracket_left", "]": "bracket_right", ";": "semicolon",
         "'": "apostrophe", "`": "grave_accent", "\\": "backslash",
         ",": "comma", ".": "dot", "/": "slash"}
SHIFTED = dict(zip('!@#$%^&*()_+{}:"~|<>?', [
    *"1234567890", "minus", "equal", "bracket_left", "bracket_right",
    "semicolon", "apostrophe", "grave_accent", "backslash", "comma", "dot",
    "slash"]))


def pixel(x: int, y: int) -> bytes:
    """The colour of the picture at x, y."""
    return bytes((x * 255 // WIDTH, y * 255 // HEIGHT,
                  128 if (x // 50 + y // 50) % 2 else 60))


def write_picture(path: Path) -> Path:
    """Write the picture as a PNG file, rows filtered in turn."""
    raw = b""
    before = bytes(3 * WIDTH)
    for y in range(HEIGHT):
        row = b"".join(pixel(x, y) for x in range(WIDTH))
        if y % 2:
            raw += b"\2" + bytes((a - b) & 255 for a, b in zip(row, before))
        else:
            raw += b"\0" + row
        before = row

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))

    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))
    return path


def monitor(boot: "Boot", *lines: str) -> None:
    """Have QEMU's monitor execute these lines."""
    boot.machine.monitor(
        *({"execute": "human-monitor-command",
           "arguments": {"command-line": line}} for line in lines))


def press(boot: "Boot", text: str, held: str = "") -> None:
    """Press the keys that give this text on a US keyboard, one by one.

    held: a key that is held meanwhile, as "alt_r".
    """
    for char in text:
        if char in SHIFTED:
            key = "shift-" + SHIFTED[char]
        elif char.isupper():
            key = "shift-" + char.lower()
        else:
            key = PLAIN.get(char, char)
        monitor(boot, f"sendkey {held + '-' if held else ''}{key} 40")
        time.sleep(0.15)


def picture_problem(boot: "Boot", text_colour: bytes) -> str | None:
    """Compare the screen with the picture; None if it is shown, with text.

    The text has its margins: above 60 and below 100 pixels, left and right
    40. Nothing there may differ from the picture.
    """
    path = boot.logs / "screen.ppm"
    path.unlink(missing_ok=True)
    monitor(boot, f"screendump {path}")
    end = time.monotonic() + 10
    size = -1
    while not path.exists() or path.stat().st_size != size:
        if time.monotonic() > end:
            raise LabError("QEMU wrote no picture of the screen")
        size = path.stat().st_size if path.exists() else -1
        time.sleep(0.2)
    data = path.read_bytes()
    head = re.match(rb"P6\n(\d+) (\d+)\n255\n", data)
    if not head or (int(head[1]), int(head[2])) != (WIDTH, HEIGHT):
        return f"the screen is not of {WIDTH} x {HEIGHT} pixels"
    rows = data[head.end():]
    for y in range(HEIGHT):
        for x in range(WIDTH):
            if 60 <= y < HEIGHT - 100 and 40 <= x < WIDTH - 40:
                continue
            at = 3 * (y * WIDTH + x)
            if rows[at:at + 3] != pixel(x, y):
                return f"the pixel {x}, {y} is not the picture's"
    text = 0
    for y in range(60, HEIGHT - 100):
        begin = 3 * (y * WIDTH + 40)
        row = rows[begin:begin + 3 * (WIDTH - 80)]
        text += sum(row[i:i + 3] == text_colour for i in range(0, len(row), 3))
    return None if text > 200 else "there is no text on the picture"


def write_spcr(path: Path) -> Path:
    """Write an ACPI table SPCR without its header: COM2, 9600 bit/s."""
    body = bytearray(44)
    # A 16550 at I/O port 0x2f8: offsets 40 to 51 of the table.
    body[4:16] = struct.pack("<BBBBQ", 1, 8, 0, 1, 0x2f8)
    body[58 - 36] = 3
    path.write_bytes(body)
    return path
