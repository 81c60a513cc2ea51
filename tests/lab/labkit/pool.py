# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Runs many cases, a few at a time, and hands out their results."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from .base import QEMU_SLOTS, Stopped, stop_event
from .boot import Case, Result, run_case


class Pool:
    """Starts all its cases at once, QEMU_SLOTS of them running together."""

    def __init__(self, cases: Iterable[Case],
                 firmware: str | None = None) -> None:
        self._executor = ThreadPoolExecutor(QEMU_SLOTS, "lab")
        self._futures: dict[str, Future[Result]] = {
            case.name: self._executor.submit(run_case, case, firmware)
            for case in cases}

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
