# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Runs many cases, a few at a time, and hands out their results."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from .base import LOGS, QEMU_SLOTS, Stopped, stop_event
from .boot import Case, Result, record, run_case


class Pool:
    """Starts all its cases at once, QEMU_SLOTS of them running together.

    second_tries: so many cases that fail are run again, once each; a case
    that passes then says so (Result.first_problems), and what the first try
    left is kept beside its logs, as CASE.first. run: runs a case; for tests.
    """

    def __init__(self, cases: Iterable[Case], firmware: str | None = None,
                 second_tries: int = 0,
                 run: Callable[[Case, str | None], Result] = run_case
                 ) -> None:
        self._run = run
        self._second_tries = second_tries
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(QEMU_SLOTS, "lab")
        self._futures: dict[str, Future[Result]] = {
            case.name: self._executor.submit(self._run_case, case, firmware)
            for case in cases}

    def _run_case(self, case: Case, firmware: str | None) -> Result:
        result = self._run(case, firmware)
        if not result.problems or stop_event.is_set():
            return result
        with self._lock:
            if not self._second_tries:
                return result
            self._second_tries -= 1
        logs, kept = LOGS / case.name, LOGS / f"{case.name}.first"
        shutil.rmtree(kept, ignore_errors=True)
        if logs.exists():
            logs.rename(kept)
        again = self._run(case, firmware)
        again.first_problems = result.problems
        return record(again)

    def result(self, name: str) -> Result:
        """Wait for one case; its own time limits bound this."""
        future = self._futures[name]
        while True:
            try:
                return future.result(0.5)
            except TimeoutError:
                if stop_event.is_set():
                    raise Stopped() from None

    def close(self) -> None:
        """Stop what still runs and wait until it is cleaned up."""
        stop_event.set()
        self._executor.shutdown(wait=True, cancel_futures=True)
        stop_event.clear()
