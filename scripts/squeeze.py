# SPDX-License-Identifier: BSD-2-Clause-Patent
"""LZMA as the unpackers in the images (ipxe-src/core/lzma.c) take it."""
from __future__ import annotations

import lzma

#: lc, lp, pb that are tried. Code of x86, which has few alignments, likes the
#: first ones; code whose instructions have four bytes each the last ones.
PROPS_X86 = [(lc, 0, pb) for lc in (2, 3, 4) for pb in (0, 1, 2)] + [(3, 1, 0)]
PROPS = PROPS_X86 + [(2, 2, 2), (1, 2, 2), (0, 2, 2)]


def compress(data: bytes, tried: list[tuple[int, int, int]]
             ) -> tuple[bytes, tuple[int, int, int]]:
    """The smallest raw LZMA1 stream of data, and its lc, lp, pb."""
    best: tuple[bytes, tuple[int, int, int]] | None = None
    for lc, lp, pb in tried:
        packed = lzma.compress(data, format=lzma.FORMAT_RAW, filters=[{
            "id": lzma.FILTER_LZMA1, "preset": 9 | lzma.PRESET_EXTREME,
            "lc": lc, "lp": lp, "pb": pb, "dict_size": 1 << 23,
            "mf": lzma.MF_BT2, "nice_len": 64,
        }])
        if best is None or len(packed) < len(best[0]):
            best = packed, (lc, lp, pb)
    assert best is not None
    return best


def scratch(props: tuple[int, int, int]) -> int:
    """Bytes that the decoder needs besides (LZMA_PROBS_LEN of lzma.h)."""
    lc, lp, _ = props
    return 2 * (1847 + (0x300 << (lc + lp)))
