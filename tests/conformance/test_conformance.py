# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Every script of cases/ does the same on stock iPXE and on ours."""

from __future__ import annotations

import concurrent.futures
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import suite  # noqa: E402

CASES = suite.load_cases()


@pytest.fixture(scope="session")
def runs() -> Iterator[Callable[[str], suite.Run]]:
    """Boots every firmware at once; asks for the result of one."""
    out = os.environ.get("O") or "out"
    for target, words in ((f"{out}/full/undionly.kpxe",
                           ("CONFIG=full", f"O={out}/full",
                            f"SOURCE_DIR={suite.OUT}/cache")),
                          (f"{out}/linux-x86_64/firmware", ())):
        done = subprocess.run(
            ["make", "--no-print-directory", "-j2", target, *words],
            cwd=suite.ROOT, capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, done.stdout + done.stderr
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        started = {"linux": pool.submit(suite.run_linux, CASES),
                   "bios": pool.submit(suite.run_qemu, "bios", CASES)}
        if suite.STOCK.exists():
            started["debian"] = pool.submit(suite.run_qemu, "debian", CASES)

        def result(firmware: str) -> suite.Run:
            if firmware not in started:
                pytest.skip(f"there is no {suite.STOCK} (package ipxe)")
            return started[firmware].result(900)
        yield result


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 150


@pytest.mark.parametrize(
    "name,firmware",
    [(c.name, f) for f in suite.FIRMWARES for c in CASES if c.runs_on(f)])
def test_case(name: str, firmware: str,
              runs: Callable[[str], suite.Run]) -> None:
    case = next(c for c in CASES if c.name == name)
    run = runs(firmware)
    outcome = run.outcomes.get(name)
    assert outcome, f"{firmware} never came to this case; log: {run.log}"
    assert case.compared(outcome.output) == case.expected(firmware)
    assert outcome.exit == case.headers["exit"]
