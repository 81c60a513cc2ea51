# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The firmware's tokeniser, settings, URIs, menus, files and packets against
libFuzzer, each for a bounded time, with sanitisers.

A target begins with the files of corpus/TARGET; those called *.hex are
hexadecimal. To go on longer: out/linux-fuzz/fuzzer TARGET FOLDER. What crashes
it becomes a file of the corpus.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OUT = (Path(os.environ["O"]).absolute() if os.environ.get("O") else ROOT / "out") / "linux-fuzz"
SECONDS = 1
LENGTH = 2048
TARGETS = sorted(re.findall(r"\n\t\{\"(\w+)\", fuzz_",
                            (HERE / "firmware_fuzz.c").read_text()))


def corpus(target: str) -> Path:
    """The corpus as libFuzzer reads it: a new folder under out/."""
    folder = OUT / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for path in sorted((HERE / "corpus" / target).iterdir()):
        data = path.read_bytes()
        (folder / path.stem).write_bytes(
            bytes.fromhex(data.decode()) if path.suffix == ".hex" else data)
    return folder


def fuzz(target: str, *options: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [str(OUT / "fuzzer"), target, f"-max_len={LENGTH}", "-timeout=10",
         "-rss_limit_mb=1024", f"-artifact_prefix={OUT}/{target}-", *options,
         str(corpus(target))], cwd=ROOT, capture_output=True, timeout=90)


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[str, Future[subprocess.CompletedProcess[bytes]]]]:
    """Every target, as many at once as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {target: pool.submit(fuzz, target, f"-max_total_time={SECONDS}")
               for target in TARGETS}


@pytest.mark.parametrize("target", TARGETS)
def test_target_survives_garbage(
        target: str,
        runs: dict[str, Future[subprocess.CompletedProcess[bytes]]]) -> None:
    done = runs[target].result()
    said = done.stderr.decode(errors="replace")
    assert done.returncode == 0, said[-4000:]
    count = re.search(r"Done (\d+) runs", said)
    assert count and int(count.group(1)) > len(list((HERE / "corpus" / target).iterdir()))


def test_every_corpus_has_a_target() -> None:
    folders = sorted(path.name for path in (HERE / "corpus").iterdir())
    assert folders == TARGETS
