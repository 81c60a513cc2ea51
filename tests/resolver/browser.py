# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Headless Chromium by its remote debugging pipe; nothing but Python."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from typing import Any

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--remote-debugging-pipe",
         "--no-proxy-server",
         # The tests make their own certificates.
         "--ignore-certificate-errors"]

# Bound of every wait, in seconds; a browser starts slowly on a busy machine.
WAIT = 40.0


def find_browser() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One browser with one page."""

    def __init__(self, program: str) -> None:
        self.profile = tempfile.mkdtemp(prefix="unloop-browser-")
        read_commands, self.commands = os.pipe()
        self.replies, write_replies = os.pipe()

        def pipes() -> None:
            # The browser reads from 3 and writes to 4.
            reads, writes = os.dup(read_commands), os.dup(write_replies)
            os.dup2(reads, 3)
            os.dup2(writes, 4)

        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={self.profile}",
             "about:blank"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=pipes, close_fds=False)
        os.close(read_commands)
        os.close(write_replies)
        self.buffer = b""
        self.number = 0
        self.session: str | None = None
        self.problems: list[str] = []
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(t for t in targets if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", flatten=True,
                                 targetId=page["targetId"])["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Accessibility"):
            self.call(domain + ".enable")

    def _receive(self, end: float) -> dict[str, Any]:
        while b"\0" not in self.buffer:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.replies], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            data = os.read(self.replies, 1 << 16)
            if not data:
                raise ConnectionError("the browser ended")
            self.buffer += data
        text, self.buffer = self.buffer.split(b"\0", 1)
        return dict(json.loads(text))

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """A command of the DevTools protocol, and its result."""
        self.number += 1
        message: dict[str, Any] = {"id": self.number, "method": method,
                                   "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + WAIT
        while True:
            reply = self._receive(end)
            if reply.get("method") == "Runtime.exceptionThrown":
                self.problems.append(str(reply["params"]))
            if reply.get("method") == "Log.entryAdded":
                self.problems.append(str(reply["params"]["entry"]))
            if reply.get("id") == self.number:
                if "error" in reply:
                    raise RuntimeError(f"{method}: {reply['error']}")
                return dict(reply["result"])

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def evaluate(self, code: str) -> Any:
        result = self.call("Runtime.evaluate", expression=code,
                           returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def wait(self, code: str, wanted: Any = True) -> Any:
        """Until the expression has that value."""
        end = time.monotonic() + WAIT
        while True:
            value = self.evaluate(code)
            if value == wanted:
                return value
            assert time.monotonic() < end, f"{code} stays {value!r}: " + (
                self.evaluate("document.body.innerText") or "")
            time.sleep(0.05)

    def key(self, key: str, text: str = "") -> None:
        """Press a key as a person would."""
        codes = {"Tab": 9, "Enter": 13, "Escape": 27}
        common = {"key": key, "code": key,
                  "windowsVirtualKeyCode": codes.get(key, 0)}
        if text:
            common["text"] = text
        self.call("Input.dispatchKeyEvent", type="keyDown", **common)
        common.pop("text", None)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def phone(self) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=360, height=740,
                  deviceScaleFactor=2, mobile=True)

    def accessible(self) -> list[tuple[str, str]]:
        """Role and name of all that a screen reader meets."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [(node.get("role", {}).get("value", ""),
                 node.get("name", {}).get("value", ""))
                for node in nodes if not node.get("ignored")]

    def close(self) -> None:
        try:
            self.session = None
            self.call("Browser.close")
            self.process.wait(WAIT)
        except (OSError, TimeoutError, RuntimeError,
                subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait(WAIT)
        os.close(self.commands)
        os.close(self.replies)
        shutil.rmtree(self.profile, ignore_errors=True)
