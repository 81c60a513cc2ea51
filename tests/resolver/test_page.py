# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The web page in a real browser: fleet, news, adopting, keyboard, phone."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser import Browser, find_browser
from control import MAC, TlsApi, boot, fill, put, show, start, unloop
from unloopd import ROOT, Daemon, Site

STRANGER = "52:54:00:99:99:99"

#: The checker of accessibility, as npm has it, and what it must be.
AXE = "axe-core@4.10.3"
AXE_SHA256 = "880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb"
CACHE = Path(os.environ.get("O") or ROOT / "out").absolute() / "cache/npm"


@pytest.fixture(scope="module")
def axe() -> str:
    """Its source; fetched once, by npm."""
    path = CACHE / "node_modules/axe-core/axe.min.js"
    if not path.exists():
        if not shutil.which("npm"):
            pytest.skip("npm is not installed")
        CACHE.mkdir(parents=True, exist_ok=True)
        try:
            subprocess.run(
                ["npm", "install", "--prefix", str(CACHE), "--no-audit",
                 "--no-fund", "--ignore-scripts", AXE], check=True,
                capture_output=True, timeout=300)
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"npm could not fetch {AXE}: {error}")
    source = path.read_bytes()
    assert hashlib.sha256(source).hexdigest() == AXE_SHA256
    return source.decode()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = find_browser()
    if not program:
        pytest.skip("Chromium is not installed (package chromium)")
    browser = Browser(program)
    yield browser
    browser.close()


@pytest.fixture
def serving(site: Site) -> Iterator[Daemon]:
    fill(site)
    tcp = TlsApi()
    daemon = start(site, *tcp.arguments)
    daemon.page = tcp.page  # type: ignore[attr-defined]
    yield daemon
    assert daemon.stop() == 0, daemon.log_text()[-4000:]


def sign_in(browser: Browser, daemon: Daemon) -> None:
    """Open the page and give it a token, with the keyboard only."""
    token = unloop(daemon, "token", "new", "tester").stdout.strip()
    browser.open(daemon.page)  # type: ignore[attr-defined]
    browser.wait("document.readyState", "complete")
    browser.wait("!!document.getElementById('login') && !login.hidden")
    assert browser.evaluate("main.hidden")
    browser.evaluate("document.getElementById('token').focus()")
    browser.type(token)
    browser.key("Enter", "\r")
    browser.wait("live.textContent", "Live.")
    browser.problems.clear()


def rows(browser: Browser, body: str) -> str:
    text = browser.evaluate(f"document.getElementById('{body}').innerText")
    return str(text)


def wait_rows(browser: Browser, body: str, words: str) -> None:
    browser.wait(f"document.getElementById('{body}').innerText.includes("
                 f"{json.dumps(words)})")


def test_page_shows_news_without_a_reload(browser: Browser,
                                          serving: Daemon) -> None:
    boot(serving)
    sign_in(browser, serving)
    wait_rows(browser, "machines", "web01")
    assert browser.evaluate("document.getElementById('unknown-section').hidden")
    put(serving, "web01", "install", profile="debian12")
    wait_rows(browser, "machines", "install debian12, attempt 0 of 3")
    boot(serving)
    wait_rows(browser, "machines", "attempt 1 of 3")
    boot(serving, STRANGER)
    wait_rows(browser, "unknown", "52-54-00-99-99-99")
    assert browser.problems == []


def test_timeline_opens_with_verdict_and_explanation(browser: Browser,
                                                     serving: Daemon) -> None:
    put(serving, "web01", "run", profile="diskless")
    boot(serving)
    serving.request("POST", "/v1/events", body=json.dumps(
        {"mac": MAC, "event": "dhcp",
         "text": "<img src=x onerror=alert(1)>"}).encode())
    sign_in(browser, serving)
    wait_rows(browser, "machines", "web01")
    # By keyboard: to the machine's button, Enter, and the heading has focus.
    browser.evaluate("document.querySelector('#machines button').focus()")
    browser.key("Enter", "\r")
    browser.wait("!one.hidden && document.activeElement.id", "one-title")
    assert "Got its script" in browser.evaluate("verdict.textContent")
    events = browser.evaluate("document.getElementById('events').innerText")
    for words in ("asked", "answered", "set", "<img src=x"):
        assert words in events
    assert browser.evaluate("document.images.length") == 0
    browser.evaluate("document.getElementById('explain').click()")
    browser.wait("!why.hidden")
    assert "web01" in browser.evaluate(
        "document.getElementById('why-text').textContent")
    browser.key("Escape")
    browser.wait("one.hidden")
    assert browser.problems == []


def test_unknown_machine_is_adopted_by_its_button(browser: Browser,
                                                  serving: Daemon) -> None:
    boot(serving, STRANGER)
    sign_in(browser, serving)
    browser.wait("!!document.querySelector('[data-adopt]')")
    browser.evaluate("document.querySelector('[data-adopt]').click()")
    browser.wait("!one.hidden")
    assert "mac = 52:54:00:99:99:99" in browser.evaluate(
        "document.getElementById('snippet-text').textContent")
    browser.evaluate("document.getElementById('profile').focus()")
    browser.type("diskless")
    browser.evaluate("document.getElementById('label').focus()")
    browser.type("rack 7")
    browser.key("Enter", "\r")
    wait_rows(browser, "machines", "rack 7")
    browser.wait("document.getElementById('unknown-section').hidden")
    machine = show(serving, "52-54-00-99-99-99")
    assert machine["intent"] == "run" and machine["profile"] == "diskless"
    assert machine["by"] == "tester"
    assert "echo diskless" in boot(serving, STRANGER)
    assert browser.problems == []


def test_machine_that_got_a_name_is_not_unknown_beside_it(
        browser: Browser, site: Site, serving: Daemon) -> None:
    boot(serving, STRANGER)
    sign_in(browser, serving)
    wait_rows(browser, "unknown", "52-54-00-99-99-99")
    site.write("hosts.d/more.conf", "[db01]\nmac = 52:54:00:99:99:99\n")
    serving.settle()
    boot(serving, STRANGER)
    wait_rows(browser, "machines", "db01")
    browser.wait("document.getElementById('unknown-section').hidden")
    assert "52-54-00-99-99-99" not in rows(browser, "machines")
    assert browser.problems == []


def tab_to(browser: Browser, code: str) -> None:
    """Press Tab until what has the focus fits the expression of "it"."""
    seen = []
    for _ in range(60):
        browser.key("Tab")
        if browser.evaluate(f"(it => {code})(document.activeElement)"):
            return
        seen.append(browser.evaluate(
            "document.activeElement.outerHTML.slice(0, 60)"))
    raise AssertionError(f"Tab never comes to {code}: {seen}")


def test_keyboard_alone_is_enough(browser: Browser, serving: Daemon) -> None:
    """From signing in to an adopted machine, and back; nothing but keys."""
    boot(serving, STRANGER)
    token = unloop(serving, "token", "new", "keys").stdout.strip()
    browser.open(serving.page)  # type: ignore[attr-defined]
    browser.wait("document.readyState", "complete")
    browser.wait("!!document.getElementById('login') && !login.hidden")
    tab_to(browser, "it.id === 'token'")
    browser.type(token)
    browser.key("Enter", "\r")
    browser.wait("!!document.querySelector('[data-adopt]')")
    browser.problems.clear()
    tab_to(browser, "!!it.dataset.adopt")
    # Where the focus is can be seen.
    assert browser.evaluate(
        "getComputedStyle(document.activeElement).outlineStyle") != "none"
    browser.key("Enter", "\r")
    browser.wait("!one.hidden")
    # The focus is in what was opened, so that it is read out.
    browser.wait("one.contains(document.activeElement)")
    tab_to(browser, "it.id === 'profile'")
    browser.type("diskless")
    browser.key("Enter", "\r")
    wait_rows(browser, "machines", "52-54-00-99-99-99")
    assert show(serving, "52-54-00-99-99-99")["profile"] == "diskless"
    tab_to(browser, "it.id === 'explain'")
    browser.key("Enter", "\r")
    browser.wait("!why.hidden")
    browser.key("Escape")
    browser.wait("one.hidden")
    # One is not back at the beginning of the page.
    assert browser.evaluate("fleet.contains(document.activeElement)")
    browser.key("/", "/")
    assert browser.evaluate("document.activeElement.id") == "filter"
    assert browser.problems == []


def test_mistakes_are_said_in_words(browser: Browser, serving: Daemon) -> None:
    boot(serving)
    sign_in(browser, serving)
    wait_rows(browser, "machines", "web01")
    browser.evaluate("document.querySelector('#machines button').click()")
    browser.wait("!one.hidden")
    browser.evaluate("intent.value = 'install'; profile.value = ''; "
                     "document.getElementById('set-button').click()")
    browser.wait("document.getElementById('alert').textContent",
                 "install needs a profile.")


def test_wrong_token_asks_again(browser: Browser, serving: Daemon) -> None:
    browser.open(serving.page)  # type: ignore[attr-defined]
    browser.wait("document.readyState", "complete")
    browser.evaluate("sessionStorage.setItem('token', 'x')")
    browser.open(serving.page)  # type: ignore[attr-defined]
    browser.wait("document.readyState === 'complete' && "
                 "!document.getElementById('login').hidden")
    assert browser.evaluate("document.getElementById('main').hidden")


def test_screen_reader_gets_names_for_everything(browser: Browser,
                                                 serving: Daemon) -> None:
    boot(serving)
    boot(serving, STRANGER)
    sign_in(browser, serving)
    wait_rows(browser, "unknown", "52-54-00-99-99-99")
    browser.evaluate("document.querySelector('#machines button').click()")
    browser.wait("!one.hidden")
    nodes = browser.accessible()
    named = {"button", "textbox", "searchbox", "combobox", "link"}
    assert [node for node in nodes if node[0] in named and not node[1]] == []
    assert ("button", "Adopt 52-54-00-99-99-99") in nodes
    roles = {role for role, _ in nodes}
    for role in ("main", "status", "alert", "heading", "table",
                 "columnheader", "list", "search"):
        assert role in roles, (role, sorted(roles))
    assert browser.evaluate("document.documentElement.lang") == "en"


@pytest.mark.only("plain")  # and so is fetched where there is a network
def test_checker_of_accessibility_finds_nothing(
        browser: Browser, serving: Daemon, axe: str) -> None:
    """WCAG 2.2 A and AA, in the fleet's view and in a machine's."""
    boot(serving)
    boot(serving, STRANGER)
    sign_in(browser, serving)
    wait_rows(browser, "unknown", "52-54-00-99-99-99")
    browser.evaluate(axe)
    for view in ("fleet", "machine"):
        if view == "machine":
            browser.evaluate(
                "document.querySelector('#machines button').click()")
            browser.wait("!one.hidden")
        found = json.loads(browser.evaluate(
            "axe.run(document).then(r => JSON.stringify({"
            "passes: r.passes.length, violations: r.violations.map("
            "v => [v.id, v.help, v.nodes.map(n => n.html)])}))"))
        assert found["violations"] == [], view
        assert found["passes"] > 10


def test_phone_needs_no_sideways_scrolling(browser: Browser,
                                           serving: Daemon) -> None:
    boot(serving)
    boot(serving, STRANGER)
    browser.phone()
    try:
        sign_in(browser, serving)
        wait_rows(browser, "unknown", "52-54-00-99-99-99")
        browser.evaluate("document.querySelector('#machines button').click()")
        browser.wait("!one.hidden")
        assert browser.evaluate("document.documentElement.scrollWidth <= 360")
        # What is to be touched is large enough for a finger.
        assert browser.evaluate(
            "[...document.querySelectorAll('button')].filter("
            "b => b.offsetParent && b.offsetHeight < 40).length") == 0
    finally:
        browser.call("Emulation.clearDeviceMetricsOverride")


def test_resolver_that_restarts_is_found_again(browser: Browser,
                                               site: Site) -> None:
    fill(site)
    tcp = TlsApi()
    daemon = start(site, *tcp.arguments)
    daemon.page = tcp.page  # type: ignore[attr-defined]
    sign_in(browser, daemon)
    assert daemon.stop() == 0
    browser.wait("live.textContent.includes('trying again')")
    daemon = start(site, *tcp.arguments)
    browser.wait("live.textContent", "Live.")
    boot(daemon)
    wait_rows(browser, "machines", "web01")
    assert daemon.stop() == 0
