# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The API and the command unloop, for tests of machines' states."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from unloopd import UNLOOPD, WAIT, Daemon, Site, user_arguments

UNLOOP = UNLOOPD.with_name("unloop")
MAC = "52:54:00:12:34:56"

INSTALL = """#!ipxe
kernel http://{{server}}/assets/vmlinuz confirm={{confirm}}
boot
"""


def fill(site: Site) -> None:
    """A site with one machine, web01, and two profiles."""
    site.write("hosts.d/web.conf", f"[web01]\nmac = {MAC}\nprofile = base\n")
    site.write("profiles.d/base.ipxe", "#!ipxe\necho ordinary\n")
    site.write("profiles.d/debian12.ipxe", INSTALL)
    site.write("profiles.d/diskless.ipxe", "#!ipxe\necho diskless\n")
    site.write("profiles.d/rescue.ipxe", "#!ipxe\necho rescue\n")
    site.write("default.ipxe", "#!ipxe\necho default\n")
    site.write("assets/vmlinuz", os.urandom(4096))


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=WAIT)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(WAIT)
        self.sock.connect(str(self.path))


class TlsApi:
    """A free port of the loopback address for --api, and its certificate."""

    def __init__(self) -> None:
        # Where the user that unloopd becomes can read it.
        self._folder = tempfile.TemporaryDirectory(prefix="unloop-tls-")
        folder = Path(self._folder.name)
        folder.chmod(0o755)
        self.cert, self.key = folder / "cert.pem", folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-days", "2", "-subj", "/CN=localhost", "-keyout", str(self.key),
             "-out", str(self.cert)], capture_output=True, timeout=WAIT,
            check=True)
        for path in (self.cert, self.key):
            path.chmod(0o644)
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            self.port = int(sock.getsockname()[1])
        self.page = f"https://127.0.0.1:{self.port}/"
        self.arguments = ["--api", f"127.0.0.1:{self.port}",
                          "--cert", str(self.cert), "--key", str(self.key)]

    def get(self, path: str, token: str = "") -> tuple[int, bytes]:
        """Status and body."""
        context = ssl.create_default_context(cafile=str(self.cert))
        context.check_hostname = False
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=WAIT, context=context)
        try:
            connection.request("GET", path, headers={
                "Authorization": f"Bearer {token}"} if token else {})
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()


def api(daemon: Daemon, method: str, path: str, body: Any = None,
        headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """Call the API over the socket; return status and JSON (or text)."""
    connection = UnixConnection(daemon.state / "unloop.sock")
    try:
        text = body if isinstance(body, (bytes, type(None))) else (
            json.dumps(body).encode())
        connection.request(method, path, text, headers or {})
        reply = connection.getresponse()
        data = reply.read().decode()
        if reply.getheader("Content-Type") == "application/json":
            return reply.status, json.loads(data)
        return reply.status, data
    finally:
        connection.close()


def put(daemon: Daemon, name: str, intent: str, **more: Any) -> int:
    """Set a machine; return the status."""
    return api(daemon, "PUT", f"/v1/machines/{name}",
               dict(more, intent=intent))[0]


def show(daemon: Daemon, name: str) -> dict[str, Any]:
    status, machine = api(daemon, "GET", f"/v1/machines/{name}")
    assert status == 200
    return dict(machine)


def unloop(daemon: Daemon, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(UNLOOP), *arguments], capture_output=True, text=True,
        timeout=WAIT, env=dict(os.environ, UNLOOP_SOCKET=str(
            daemon.state / "unloop.sock")))


def boot(daemon: Daemon, mac: str = MAC) -> str:
    """The script that a machine gets."""
    reply = daemon.get(f"/boot.ipxe?mac={mac}")
    assert reply.status == 200, reply.body
    return reply.body.decode()


def token_in(script: str) -> str:
    match = re.search(r"/v1/confirm/([0-9a-f]{32})\b", script)
    assert match, script
    return match[1]


def start(site: Site, *arguments: str) -> Daemon:
    return Daemon(site, *user_arguments(), *arguments)
