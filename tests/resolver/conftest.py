# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Fixtures: a site, and an unloopd that serves it and ends cleanly."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from unloopd import IS_SANITISED, UNLOOPD, Daemon, Site

#: The two ways to receive and send, by unloopd's arguments for them.
TRANSPORTS = {"io_uring": [], "epoll": ["--no-io-uring"]}
#: Modules whose tests are run with both.
TRANSPORT_TESTS = {"test_malformed_requests", "test_many_clients",
                   "test_random_clients", "test_threads", "test_transport"}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "only(kind): of the runs with \"sanitised\" and with "
        "\"plain\" programs it is part of one; UNLOOP_ALL=1 takes all")


def pytest_collection_modifyitems(config: pytest.Config,
                                  items: list[pytest.Item]) -> None:
    """Tests run with both kinds of programs, unless that makes no sense or
    takes too long."""
    if "UNLOOP_ALL" in os.environ:
        return
    kind = "sanitised" if IS_SANITISED else "plain"
    out = [item for item in items
           if any(mark.args != (kind,) for mark in item.iter_markers("only"))]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in set(out)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__ in TRANSPORT_TESTS:
        metafunc.parametrize("transport", list(TRANSPORTS), indirect=True)


@pytest.fixture(autouse=True)
def transport(request: pytest.FixtureRequest,
              monkeypatch: pytest.MonkeyPatch) -> str:
    """What daemons receive and send with: io_uring where the kernel allows
    it, unless a test is run with both."""
    name = getattr(request, "param", "io_uring")
    monkeypatch.setattr("unloopd.TRANSPORT", TRANSPORTS[name])
    return name


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
