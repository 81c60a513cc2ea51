# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Everything at once, under ThreadSanitizer: nothing is shared unguarded."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from control import MAC, api, fill, put
from unloopd import ROOT, UNLOOPD, WAIT, Daemon, Site

# Its program is one of its own.
pytestmark = pytest.mark.only("sanitised")

OUT = Path(os.environ.get("O") or ROOT / "out").absolute()
TSAN = OUT / "tsan/bin/unloopd"
#: Seconds that it goes on.
SECONDS = 4


@pytest.fixture
def watched(site: Site, monkeypatch: pytest.MonkeyPatch) -> Daemon:
    if not TSAN.exists():
        pytest.skip(f"{TSAN} was not built (make resolver-test-programs)")
    if not shutil.which("setarch"):
        pytest.skip("setarch is not installed")
    fill(site)
    site.write("hosts.d/many.conf", "".join(
        f"[node{n}]\nmac = 52:54:00:00:00:{n:02x}\nprofile = base\n"
        for n in range(100)))
    # Its shadow memory does not fit where randomised addresses may lie.
    wrapper = site.write("tsan", f"#!/bin/sh\nexec setarch -R {TSAN} \"$@\"\n")
    wrapper.chmod(0o755)
    monkeypatch.setattr("unloopd.UNLOOPD", wrapper)
    return Daemon(site, "-u", "root")


def test_threads_do_not_race(watched: Daemon) -> None:
    errors: list[str] = []
    end = threading.Event()

    def often(name: str, what: object) -> threading.Thread:
        def run() -> None:
            number = 0
            while not end.wait(0.01):
                number += 1
                try:
                    what(number)  # type: ignore[operator]
                except (OSError, AssertionError) as error:
                    errors.append(f"{name}: {error}")
                    return
        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def order(number: int) -> None:
        put(watched, "web01", intent=("local", "rescue")[number % 2])

    def boot(number: int) -> None:
        assert watched.ask("GET", f"/boot.ipxe?mac={MAC}&bootid={number:08x}"
                           ).status == 200

    def report(number: int) -> None:
        watched.ask("POST", "/v1/events", body=(
            f'{{"mac":"{MAC}"}}\n{{"event":"n{number}"}}\n').encode())

    threads = [
        often("order", order), often("boot", boot), often("report", report),
        often("list", lambda n: api(watched, "GET", "/v1/machines")),
        often("show", lambda n: api(watched, "GET", "/v1/machines/web01")),
        often("metrics", lambda n: watched.ask("GET", "/metrics")),
        often("explain", lambda n: watched.ask("GET", f"/explain?mac={MAC}")),
        often("reload", lambda n: watched.process.send_signal(1)),
    ]
    storm = subprocess.run(
        [str(UNLOOPD.with_name("unloop")), "storm", "-r", "-n", "100",
         "-t", str(SECONDS), "-c", "16",
         f"http://127.0.0.1:{watched.port}/boot.ipxe"],
        capture_output=True, text=True, timeout=WAIT + SECONDS)
    end.set()
    for thread in threads:
        thread.join(WAIT)
    status = watched.stop()
    log = watched.log_text()
    reports = re.findall(r"WARNING: ThreadSanitizer.*?\n\n", log, re.S)
    assert not reports, "".join(reports[:3])
    assert status == 0 and not errors, errors
    assert storm.returncode == 0, storm.stdout
