# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A private network for the firmware as a program: tap, dnsmasq, nginx."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
OUT = Path(os.environ.get("O") or ROOT / "out").absolute()
FIRMWARE = OUT / "linux-asan" / "firmware"
SERVER = "10.78.0.1"


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Poll until the condition holds; fails naming what did not happen."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


class Network:
    """A namespace with one tap device and the servers that a test starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.www = folder / "www"
        self.www.mkdir()
        self.name = f"unloop-net-{os.getpid()}"
        self.processes: list[subprocess.Popen[bytes]] = []
        self._ip("netns", "add", self.name)
        self._in("ip", "link", "set", "lo", "up")
        self._in("ip", "tuntap", "add", "tap0", "mode", "tap")
        self._in("ip", "addr", "add", f"{SERVER}/24", "dev", "tap0")
        self._in("ip", "link", "set", "tap0", "up")

    def _ip(self, *words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True,
                       timeout=20)

    def _in(self, *words: str) -> None:
        self._ip("netns", "exec", self.name, *words)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a server in the namespace; it ends with the network."""
        log = (self.folder / f"{Path(words[0]).name}.log").open("ab")
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.name, *words],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        self.processes.append(process)
        return process

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """End a server at once, as a crash would."""
        process.kill()
        process.wait(20)
        self.processes.remove(process)

    def start_dnsmasq(self, *words: str) -> subprocess.Popen[bytes]:
        process = self.start(
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
            "--no-resolv", "--no-hosts", "--user=root", "--log-facility=-",
            "--interface=tap0", "--bind-interfaces", "--leasefile-ro",
            "--enable-tftp", f"--tftp-root={self.www}",
            "--dhcp-range=10.78.0.50,10.78.0.99,1h", *words)
        log = self.folder / "dnsmasq.log"
        wait_for(lambda: "TFTP root" in log.read_text(), 20, "dnsmasq")
        return process

    def start_nginx(self, rate: str = "0", listen: str = f"{SERVER}:80",
                    ) -> subprocess.Popen[bytes]:
        """Serve www/ at LISTEN, RATE bytes per second at most."""
        conf = self.folder / "nginx.conf"
        # One process, so that killing it kills all of it.
        conf.write_text(f"""
            daemon off; master_process off; pid {self.folder}/nginx.pid;
            error_log stderr;
            events {{ }}
            http {{
                log_format test '$remote_addr - - [$time_local] "$request" '
                    '$status $body_bytes_sent '
                    'body=$request_body mine=$http_x_mine';
                access_log {self.folder}/access.log test;
                client_body_buffer_size 64k;
                client_body_temp_path {self.folder}/body;
                server {{
                    listen {listen};
                    root {self.www};
                    limit_rate {rate};
                    location = /moved {{ return 302 /hello.ipxe; }}
                    location = /away {{ return 302 tftp://{SERVER}/hello.ipxe; }}
                    location = /ring {{ return 302 /ring; }}
                    location = /post {{ proxy_pass http://{listen}/answer; }}
                    location = /answer {{ return 200 "#!ipxe\necho hello\n"; }}
                }}
            }}""")
        process = self.start("nginx", "-c", str(conf))
        wait_for(lambda: self._listens(listen), 20, "nginx")
        return process

    def start_digest_server(self) -> None:
        """Serve what wants Digest (digest_server.py) at port 80."""
        self.start(sys.executable, "-B",
                   str(Path(__file__).with_name("digest_server.py")), SERVER,
                   "80")
        wait_for(lambda: self._listens(f"{SERVER}:80"), 20, "digest server")

    def _listens(self, listen: str) -> bool:
        host, _, port = listen.partition(":")
        sockets = subprocess.run(
            ["ip", "netns", "exec", self.name, "cat", "/proc/net/tcp"],
            capture_output=True, text=True, timeout=20, check=True).stdout
        address = socket.inet_aton(host)[::-1].hex().upper()
        return f" {address}:{int(port):04X} 00000000:0000 0A" in sockets

    def accesses(self) -> list[str]:
        """The web server's log: one line per request."""
        return (self.folder / "access.log").read_text().splitlines()

    def begin(self, script: str) -> subprocess.Popen[str]:
        """Start the firmware with this script."""
        path = self.folder / "run.ipxe"
        path.write_text("#!ipxe\n" + script)
        return subprocess.Popen(
            ["ip", "netns", "exec", self.name, str(FIRMWARE), str(path)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace",
            env={**os.environ, "UNLOOP_TAP": "tap0"})

    def run(self, script: str, seconds: float = 60) -> list[str]:
        """Run a script to its end; what was printed, line by line."""
        return self.finish(self.begin(script), seconds)

    def finish(self, process: subprocess.Popen[str],
               seconds: float = 60) -> list[str]:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate(timeout=20)
            raise AssertionError(f"still running: {output[-2000:]}") from None
        (OUT / "log").mkdir(parents=True, exist_ok=True)
        with (OUT / "log" / "net-firmware.log").open("a") as log:
            log.write(output)
        assert "Sanitizer" not in output, output[-4000:]
        return output.replace("\r", "\n").splitlines()

    def close(self) -> None:
        for process in self.processes:
            with contextlib.suppress(OSError):
                process.kill()
            process.wait(20)
        subprocess.run(["ip", "netns", "del", self.name], check=False,
                       capture_output=True, timeout=20)


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    if os.geteuid():
        pytest.skip("a network namespace needs root")
    for program in ("ip", "dnsmasq", "nginx"):
        if not shutil.which(program):
            pytest.skip(f"{program} is missing")
    if not Path("/dev/net/tun").exists():
        pytest.skip("/dev/net/tun is missing")
    if not FIRMWARE.exists():
        pytest.fail(f"{FIRMWARE} is missing: make out/linux-asan/firmware")
    try:
        net = Network(tmp_path)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no network namespaces here: {error.stderr.decode()}")
    try:
        yield net
    finally:
        net.close()
