# SPDX-License-Identifier: BSD-2-Clause-Patent
"""When a boot is over, and the checks of what must have happened in it."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Callable
from urllib.parse import parse_qs

from .boot import RECOGNITION, Boot, Check, Condition
from .machine import MAC, SERIAL, UUID

# --- when a boot is over -------------------------------------------------

def linux_up(boot: Boot) -> bool:
    return boot.linux_done() >= 1


def said(pattern: str, times: int = 1) -> Condition:
    return lambda boot: len(re.findall(pattern, boot.plain_serial())) >= times


def linux_with(extra: str = "") -> Check:
    """Linux reached user space with exactly the script's arguments.

    extra: a regular expression for the words after the lab's own. An image
    name as first word and an initrd= as last (stock iPXE on UEFI) are
    iPXE's and allowed.
    """
    def check(boot: Boot) -> str | None:
        boots = boot.linux()
        if not boots:
            return "Linux did not reach user space"
        more = f" {extra}" if extra else ""
        last = r"( initrd=\S+)?" if boot.firmware == "debian" else ""
        wanted = rf"(vmlinuz )?{re.escape(boot.kargs)}{more}{last}"
        if not re.fullmatch(wanted, boots[-1].cmdline):
            return (f"Linux saw '{boots[-1].cmdline}', the script gave "
                    f"'{boot.kargs}{more}'")
        return None
    return check


def sha256(name: str, which: str) -> Check:
    """The machine computed the right sum of an initrd's content."""
    def check(boot: Boot) -> str | None:
        boots = boot.linux()
        wanted = getattr(boot.payload, f"{which}_sha256")
        got = boots[-1].sums.get(name) if boots else None
        if got != wanted:
            return f"the machine computed {got} for {name}, not {wanted}"
        return None
    return check


def fetched_once(boot: Boot) -> str | None:
    """Our binary was transferred exactly as often as the native PXE does."""
    times = boot.fetched(boot.program)
    asked = boot.wire.tftp_count(boot.program)
    spec = boot.spec
    if times != spec.native_fetches or asked != spec.native_requests:
        return (f"{boot.program} was asked for {asked} times and transferred "
                f"{times} times; the native PXE alone does so "
                f"{spec.native_requests} and {spec.native_fetches} times")
    return None


def fetched_at_least(times: int, name: str | None = None) -> Check:
    def check(boot: Boot) -> str | None:
        got = boot.fetched(name or boot.program)
        if got < times:
            return (f"{name or boot.program} was transferred {got} times, "
                    f"at least {times} were expected")
        return None
    return check


def fetched_at_most(times: int, name: str | None = None) -> Check:
    """At most this often, counted without the native PXE's own."""
    def check(boot: Boot) -> str | None:
        name_ = name or boot.program
        more = boot.spec.native_fetches if name_ == boot.program else 0
        got = boot.fetched(name_)
        if got > times + more:
            return f"{name_} was transferred {got} times, at most " \
                   f"{times + more} were expected"
        return None
    return check


def recognised(boot: Boot) -> str | None:
    """The one line of the recognition was printed."""
    if boot.firmware != "ours":
        return None
    if RECOGNITION not in boot.plain_serial():
        return f"no line says '{RECOGNITION}'"
    return None


def http_times(path: str, low: int, high: int | None = None) -> Check:
    """The machine asked for this path so many times."""
    def check(boot: Boot) -> str | None:
        got = boot.wire.http_count(path)
        if not low <= got <= (low if high is None else high):
            return f"{path} was asked for {got} times"
        return None
    return check


def asked_with_mac(boot: Boot) -> str | None:
    """Who asked for the script was said, at whatever address it has."""
    if any("mac" in parse_qs(request.query) for request in boot.wire.http):
        return None
    return "no request has the machine's MAC address"


def driven_by(chip: str) -> Check:
    """The network card that asked the resolver has this ${chip}."""
    def check(boot: Boot) -> str | None:
        got = [parse_qs(r.query).get("nic", [""])[0] for r in boot.wire.http
               if r.path == "/boot.ipxe"]
        if got and got[0] == chip:
            return None
        return f"the resolver was asked by {got}, not by {chip}"
    return check


def resolver_facts(boot: Boot) -> str | None:
    """The resolver was told who asks (docs/resolver.md)."""
    if boot.firmware != "ours":
        return None
    queries = [r.query for r in boot.wire.http if r.path == "/boot.ipxe"]
    if not queries:
        return "the resolver was never asked"
    given = parse_qs(queries[0])
    values = {name: value[0] for name, value in given.items()}
    wanted = {"mac": MAC, "uuid": UUID, "serial": SERIAL, "ip": None,
              "arch": None, "version": None, "buildid": None,
              "generation": "1", "platform": "pcbios"
              if boot.spec.firmware == "bios" else "efi"}
    for name, value in wanted.items():
        got = values.get(name, "").lower()
        if not got or (value and got != value.lower()):
            return (f"the resolver was told {name}='{got}', "
                    f"not '{value or 'something'}'")
    return None


class _Socket(http.client.HTTPConnection):
    """The resolver's API over its Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self.path)


def timeline(boot: Boot) -> list[dict[str, str]]:
    """What the resolver knows to have happened to the machine."""
    connection = _Socket(str(boot.work / "state/unloop.sock"))
    try:
        connection.request(
            "GET", f"/v1/machines/{MAC.lower().replace(':', '-')}")
        machine = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    events = machine.get("events", [])
    return events if isinstance(events, list) else []


def flight_recorded(boot: Boot) -> str | None:
    """The firmware's record of this boot is in the resolver's timeline."""
    if boot.firmware != "ours":
        return None
    events = timeline(boot)
    ours = [e for e in events if e["source"] == "firmware"]
    said_all = "\n".join(e["text"] for e in ours)
    for what in ("resolver", "vmlinuz: ", "initrd.img: "):
        if what not in said_all:
            return f"the flight recorder says nothing of {what}: {said_all}"
    if not any(e["kind"] == "boot" and "vmlinuz" in e["text"] for e in ours):
        return f"the flight recorder did not see the kernel start: {ours}"
    asked = [e["text"] for e in events if e["kind"] == "asked"]
    boot_ids = set(re.findall(r"boot ([0-9a-f]{8})", said_all))
    if len(boot_ids) != 1 or f"bootid {boot_ids.pop()}" not in asked[-1]:
        return f"the boot's ID differs: {asked}, {said_all}"
    return None


def fault_log(test: Callable[[list[dict[str, object]]], str | None]) -> Check:
    return lambda boot: test(boot.faults.requests() if boot.faults else [])


def resumed(log: list[dict[str, object]]) -> str | None:
    """The second request went on where the first one broke."""
    if len(log) < 2:
        return f"the server saw {len(log)} requests, not two"
    second = log[1]
    match = re.fullmatch(r"bytes=(\d+)-", str(second["range"]))
    if not match or second["status"] != 206:
        return f"the second request asked for '{second['range']}'"
    if not second["if_range"]:
        return "the second request had no If-Range"
    if int(match.group(1)) < 1 << 20:
        return f"only {match.group(1)} bytes were kept"
    return None


def waited(log: list[dict[str, object]], seconds: float) -> str | None:
    """Between two requests lay what Retry-After said (and not much more)."""
    times = [float(str(entry["t"])) for entry in log]
    for early, late in zip(times, times[1:]):
        if not seconds - 0.3 <= late - early <= seconds + 5:
            return (f"asked again after {late - early:.1f} s, "
                    f"Retry-After said {seconds:g}")
    return None


def connects(port: int, seconds: float) -> Check:
    """The machine tried this port, and for a bounded time only."""
    def check(boot: Boot) -> str | None:
        tries = boot.wire.connects.get(port, [])
        if not tries:
            return f"port {port} was never tried"
        if tries[-1] - tries[0] > seconds:
            return f"port {port} was tried for {tries[-1] - tries[0]:.0f} s"
        return None
    return check


def builds_seen(boot: Boot, wanted: int) -> str | None:
    """So many different builds of ours asked the resolver."""
    ids = set()
    for request in boot.wire.http:
        if request.path == "/boot.ipxe":
            found = re.search(r"buildid=([0-9a-fA-F]+)", request.query)
            if found:
                ids.add(found.group(1))
    if len(ids) != wanted:
        return f"{len(ids)} different builds asked the resolver, not {wanted}"
    return None


def http_client(boot: Boot) -> str | None:
    """The UEFI firmware itself asked DHCP for HTTP Boot (its next option)."""
    for message in boot.wire.dhcp:
        if message.options.get(60, b"").startswith(b"HTTPClient"):
            return None
    return "the firmware did not go on to its next boot option"
