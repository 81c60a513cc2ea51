# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The C unit tests of the resolver, built with sanitisers by build.mk."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from unloopd import ROOT, WAIT

# They are made with sanitisers, whatever the programs are.
pytestmark = pytest.mark.only("sanitised")

PROGRAMS = Path(os.environ.get("O", ROOT / "out"))
if not PROGRAMS.is_absolute():
    PROGRAMS = ROOT / PROGRAMS
SOURCES = sorted((ROOT / "tests/resolver/unit").glob("*_test.c"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_unit_program_passes(source: Path) -> None:
    program = PROGRAMS / "asan/bin/resolver" / source.stem
    if not program.exists():
        pytest.skip(f"{program} was not built (make resolver-test-programs)")
    result = subprocess.run([str(program)], capture_output=True, text=True,
                            timeout=WAIT)
    assert result.returncode == 0, result.stdout + result.stderr
