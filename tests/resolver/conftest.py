# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Fixtures: a site, and an unloopd that serves it and ends cleanly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from unloopd import UNLOOPD, Daemon, Site


@pytest.fixture(scope="session", autouse=True)
def program() -> None:
    if not UNLOOPD.exists():
        pytest.fail(f"{UNLOOPD} does not exist; make it first", pytrace=False)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.remove()


@pytest.fixture
def daemon(site: Site) -> Iterator[Daemon]:
    daemon = Daemon(site)
    yield daemon
    status = daemon.stop()
    # Sanitisers report here: a crash or leak makes this another status.
    assert status == 0, daemon.log_text()[-4000:]
