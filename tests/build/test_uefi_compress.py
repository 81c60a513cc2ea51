"""scripts/uefi-compress: what it writes unpacks to what it was given."""
from __future__ import annotations

import random
import struct
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Unpacker:
    """UEFI 2.10 chapter 19.3, read as a decoder would be written."""

    def __init__(self, packed: bytes) -> None:
        body_len, self.left = struct.unpack_from("<II", packed)
        assert len(packed) == 8 + body_len
        self.bits = "".join(f"{byte:08b}" for byte in packed[8:])
        self.at = 0

    def take(self, count: int) -> int:
        self.at += count
        assert self.at <= len(self.bits)
        return int(self.bits[self.at - count:self.at] or "0", 2)

    @staticmethod
    def table(lengths: list[int]) -> dict[str, int]:
        found, code = {}, 0
        for length in range(1, 17):
            for symbol, own in enumerate(lengths):
                if own == length:
                    found[f"{code:0{length}b}"] = symbol
                    code += 1
            code <<= 1
        assert code == 1 << 17 or not found  # the codes are complete
        return found

    def symbol(self, table: dict[str, int] | int) -> int:
        if isinstance(table, int):
            return table
        for length in range(1, 17):
            word = self.bits[self.at:self.at + length]
            if word in table:
                self.at += length
                return table[word]
        raise AssertionError("no code fits")

    def small_set(self, size: int, count_bits: int,
                  gap: int) -> dict[str, int] | int:
        count = self.take(count_bits)
        if not count:
            return self.take(count_bits)
        assert count <= size
        lengths: list[int] = []
        while len(lengths) < count:
            length = self.take(3)
            if length == 7:
                while self.take(1):
                    length += 1
            lengths.append(length)
            if len(lengths) == gap:
                lengths += [0] * self.take(2)
        return self.table(lengths)

    def char_set(self) -> dict[str, int] | int:
        extra = self.small_set(19, 5, 3)
        count = self.take(9)
        if not count:
            return self.take(9)
        lengths: list[int] = []
        while len(lengths) < count:
            symbol = self.symbol(extra)
            if symbol > 2:
                lengths.append(symbol - 2)
            else:
                lengths += [0] * (1 if symbol == 0 else self.take(4) + 3
                                  if symbol == 1 else self.take(9) + 20)
        assert len(lengths) == count <= 510
        return self.table(lengths)

    def unpack(self) -> bytes:
        out = bytearray()
        while len(out) < self.left:
            block = self.take(16)
            chars = self.char_set()
            places = self.small_set(14, 4, -1)
            for _ in range(block):
                symbol = self.symbol(chars)
                if symbol < 256:
                    out.append(symbol)
                    continue
                size = self.symbol(places)
                place = size if size < 2 else (1 << (size - 1)) + self.take(
                    size - 1)
                assert place < len(out) and place < 8192
                for _ in range(symbol - 256 + 3):
                    out.append(out[-place - 1])
        return bytes(out)


def some_bytes(size: int, alphabet: int) -> bytes:
    return bytes(random.Random(size).choices(range(alphabet), k=size))


@pytest.mark.parametrize("data", [
    b"", b"a", b"ab", b"abc", b"aaaa", b"a" * 100000, bytes(range(256)) * 40,
    some_bytes(5000, 256), some_bytes(70000, 3), some_bytes(40000, 1),
    b"".join(struct.pack("<I", i * i) for i in range(12000)),
    some_bytes(9000, 256) * 2,
], ids=lambda data: f"{len(data)}-{data[:4].hex()}")
def test_unpacks_to_what_it_was(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "plain").write_bytes(data)
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/uefi-compress", tmp_path / "plain",
         "-o", tmp_path / "packed"], timeout=120, check=False)
    assert done.returncode == 0
    packed = (tmp_path / "packed").read_bytes()
    assert Unpacker(packed).unpack() == data


def test_program_gets_smaller(tmp_path: Path) -> None:
    packed = tmp_path / "packed"
    program = Path(sys.executable).resolve()
    (tmp_path / "plain").write_bytes(program.read_bytes()[:100000])
    subprocess.run([sys.executable, ROOT / "scripts/uefi-compress",
                    tmp_path / "plain", "-o", packed], timeout=120, check=True)
    assert packed.stat().st_size < 70000
    assert Unpacker(packed.read_bytes()).unpack() == (
        tmp_path / "plain").read_bytes()
