# SPDX-License-Identifier: BSD-2-Clause-Patent
"""unloopd --with-dnsmasq: one command serves a LAN whose DHCP is dumb."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import dhcplab
from dhcplab import Report, World, servers
from labkit import base
from unloopd import UNLOOPD, user_arguments


@pytest.fixture
def world() -> Iterator[World]:
    dhcplab.require()
    with World() as made:
        (made.site / "default.ipxe").write_text("#!ipxe\nshell\n")
        programs = made.site / "firmware/x86_64-efi"
        programs.mkdir(parents=True)
        (programs / "snponly.efi").write_bytes(dhcplab.STOCK_UEFI)
        (programs.parent / "undionly.kpxe").write_bytes(dhcplab.STOCK_BIOS)
        yield made


def start(world: World) -> base.Process:
    process = world.process(
        [UNLOOPD, "-d", "-p", "80", *user_arguments(), "--with-dnsmasq",
         "-i", "br0", world.site], "unloopd.log")
    base.wait_for(lambda: b"serving" in process.log.read_bytes(), 10,
                  "unloopd to say that it serves")
    assert len(dnsmasqs(world)) == 1
    return process


def dnsmasqs(world: World) -> list[int]:
    """Processes of that name inside the network."""
    pids = base.run("ip", "netns", "pids", world.net.name).split()
    found = []
    for pid in pids:
        try:
            name = Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            continue
        if name == "dnsmasq":
            found.append(int(pid))
    return found


def leftover(world: World) -> list[str]:
    """All processes of the network on the server's side."""
    return base.run("ip", "netns", "pids", world.net.name).split()


def test_one_command_serves_beside_a_dumb_dhcp_server(world: World) -> None:
    world.add(servers.IscDhcpd, servers.Answer(), second_host=True)
    process = start(world)
    report = world.doctor()
    assert report.status == 0, report.text + report.errors
    assert "It is stock iPXE, " in report[Report.BIOS]
    assert "64-bit x86" in report[Report.UEFI]
    assert "It is an iPXE script" in report[Report.IPXE_UEFI]
    process.stop()
    base.wait_for(lambda: not leftover(world), 10, "everything to end")


def test_dnsmasq_that_is_killed_comes_back(world: World) -> None:
    start(world)
    first = dnsmasqs(world)
    os.kill(first[0], signal.SIGKILL)
    base.wait_for(lambda: dnsmasqs(world) not in ([], first), 10,
                  "another dnsmasq")


def test_dnsmasq_ends_when_unloopd_is_killed(world: World) -> None:
    process = start(world)
    os.kill(process.pid, signal.SIGKILL)
    base.wait_for(lambda: not leftover(world), 10, "everything to end")


def test_unloopd_that_is_killed_early_leaves_nothing(world: World) -> None:
    process = world.process(
        [UNLOOPD, "-d", "-p", "80", *user_arguments(), "--with-dnsmasq",
         "-i", "br0", world.site], "unloopd.log")
    base.wait_for(lambda: bool(dnsmasqs(world)), 10, "dnsmasq")
    os.kill(process.pid, signal.SIGKILL)
    base.wait_for(lambda: not leftover(world), 10, "everything to end")


def test_dnsmasq_does_not_keep_root(world: World) -> None:
    start(world)
    time.sleep(0.2)
    status = Path(f"/proc/{dnsmasqs(world)[0]}/status").read_text()
    uids = next(line for line in status.splitlines()
                if line.startswith("Uid:")).split()[1:]
    assert "0" not in uids, status


def run(world: World, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["ip", "netns", "exec", world.net.name, str(UNLOOPD), "-d", "-p", "0",
         *user_arguments(), "--with-dnsmasq", *words, str(world.site)],
        capture_output=True, text=True, timeout=20)


def test_taken_port_stops_the_start_with_a_reason(world: World) -> None:
    world.add(servers.ProxyOffer, servers.Answer(filename="x"))
    result = run(world, "-i", "br0")
    assert result.returncode == 1
    assert "another DHCP or TFTP server" in result.stderr
    assert "address already in use" in result.stderr.lower()


def test_unknown_interface_stops_the_start(world: World) -> None:
    result = run(world, "-i", "nosuch0")
    assert result.returncode == 1
    assert "nosuch0" in result.stderr


def test_site_without_firmware_stops_the_start(world: World) -> None:
    (world.site / "firmware").rename(world.site / "other")
    result = run(world, "-i", "br0")
    assert result.returncode == 1
    assert "undionly.kpxe" in result.stderr
