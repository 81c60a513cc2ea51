# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Starts all selected boots at once, so that two run while tests wait."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from labkit import base, netns, pool  # noqa: E402
from labkit.boot import Case, Result  # noqa: E402

#: So many boots of a run may be tried twice: of a hundred and fifty machines
#: emulated beside each other one may wait too long for a process of the
#: host's. What passes at its second try is told as such; more than these fail.
SECOND_TRIES = 2


class Boots:
    """The results of the selected cases, asked for by name."""

    def __init__(self, cases: list[Case]) -> None:
        self._cases = cases
        self._pool: pool.Pool | None = None
        self._reason = ""

    def result(self, case: Case) -> Result:
        """Wait for this case; skips the test where the lab cannot run."""
        if self._pool is None and not self._reason:
            try:
                base.require_lab()
                netns.remove_stale()
                self._pool = pool.Pool(self._cases,
                                       second_tries=SECOND_TRIES)
            except base.Skip as skip:
                self._reason = str(skip)
        if self._pool is None:
            pytest.skip(self._reason)
        return self._pool.result(case.name)

    def close(self) -> None:
        if self._pool:
            self._pool.close()


@pytest.fixture(scope="session")
def boots(request: pytest.FixtureRequest) -> Iterator[Boots]:
    selected = [item.callspec.params["case"] for item in request.session.items
                if "case" in getattr(getattr(item, "callspec", None),
                                     "params", {})]
    runner = Boots(selected)
    yield runner
    runner.close()


@pytest.fixture
def free_namespace() -> Iterator[netns.Network]:
    """A lab network for tests of the lab's own parts."""
    try:
        base.require_lab()
    except base.Skip as skip:
        pytest.skip(str(skip))
    with netns.Network() as network:
        yield network
