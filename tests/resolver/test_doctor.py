# SPDX-License-Identifier: BSD-2-Clause-Patent
"""unloop doctor against real DHCP servers in a private network."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import dhcplab
from dhcplab import Report, World, servers
from labkit.netns import SECOND, SERVER
from labkit.servers import (Answer, DnsmasqDhcp, IscDhcpd, Kea, ProxyDhcp,
                            ProxyOffer)
from unloopd import Daemon

# Networks take their time: once is enough.
pytestmark = pytest.mark.only("sanitised")


@pytest.fixture(autouse=True, scope="module")
def lab() -> None:
    dhcplab.require()


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


@pytest.mark.parametrize("kind", [DnsmasqDhcp, IscDhcpd, Kea])
def test_stock_ipxe_named_to_all_is_a_loop(
        world: World, kind: type[servers.Server]) -> None:
    world.files(undionly__kpxe=dhcplab.STOCK_BIOS)
    world.tftp()
    world.add(kind, Answer(filename="undionly.kpxe"))
    report = world.doctor()
    assert report.status == 1
    assert "LOOP" in report[Report.BIOS]
    assert "It is stock iPXE" in report[Report.BIOS]
    assert "not a UEFI program" in report[Report.UEFI]
    assert "dhcp-config" in report[Report.CHANGE]


def test_ours_in_its_place_boots_by_the_resolver(world: World) -> None:
    world.files(undionly__kpxe=dhcplab.ours_bios())
    world.tftp()
    world.resolver()
    world.add(IscDhcpd, Answer(filename="undionly.kpxe"))
    report = world.doctor()
    assert "It is Unloop 9.8.7" in report[Report.BIOS]
    assert "Stock iPXE in its place would loop" in report[Report.BIOS]
    assert (f"boots by the script at http://{SERVER}/boot.ipxe"
            in report[Report.BIOS])
    assert "!" not in report[Report.BIOS]


def test_ours_without_a_script_anywhere_is_a_problem(world: World) -> None:
    world.files(undionly__kpxe=dhcplab.ours_bios())
    world.tftp()
    world.add(Kea, Answer(filename="undionly.kpxe"))
    report = world.doctor()
    assert report.status == 1
    assert "would wait and ask again" in report[Report.BIOS]
    assert "unloopd" in report[Report.CHANGE]


def test_script_for_ipxe_ends_the_loop(world: World) -> None:
    world.files(undionly__kpxe=dhcplab.STOCK_BIOS)
    world.tftp()
    world.resolver()
    world.add(DnsmasqDhcp, Answer(
        filename="undionly.kpxe",
        ipxe_filename=f"http://{SERVER}/boot.ipxe?mac=${{net0/mac}}"))
    report = world.doctor("-m", "52:54:00:ab:cd:ef")
    assert "LOOP" not in report.text
    assert "an iPXE script" in report[Report.BIOS]
    assert "mac=52:54:00:ab:cd:ef" in report[Report.IPXE_BIOS]


def test_http_boot_gets_its_program(world: World) -> None:
    firmware = world.site / "firmware/x86_64-efi"
    firmware.mkdir(parents=True)
    (firmware / "snponly.efi").write_bytes(dhcplab.STOCK_UEFI)
    world.resolver()
    world.add(DnsmasqDhcp, Answer(http_url=f"http://{SERVER}/boot.ipxe"))
    report = world.doctor()
    assert "stock iPXE for UEFI, 64-bit x86" in report[Report.HTTP]


def test_missing_file_is_a_problem(world: World) -> None:
    world.tftp()
    world.add(IscDhcpd, Answer(filename="nosuch.kpxe"))
    report = world.doctor()
    assert report.status == 1
    assert "could not be fetched: the TFTP server says" in report[Report.BIOS]


def test_tftp_server_that_is_not_there_is_a_problem(world: World) -> None:
    world.add(Kea, Answer(filename="undionly.kpxe"))
    report = world.doctor()
    assert report.status == 1
    assert "could not be fetched" in report[Report.BIOS]


def test_script_named_to_firmware_is_a_problem(world: World) -> None:
    world.files(boot__ipxe=b"#!ipxe\nshell\n")
    world.tftp()
    world.add(Kea, Answer(filename="boot.ipxe"))
    report = world.doctor()
    assert report.status == 1
    assert "programs, not scripts" in report[Report.BIOS]
    assert "It is an iPXE script" in report[Report.IPXE_BIOS]
    assert "!" not in report[Report.IPXE_BIOS]


def test_program_of_another_architecture_is_a_problem(world: World) -> None:
    world.files(arm__efi=dhcplab.efi(0xaa64))
    world.tftp()
    world.add(Kea, Answer(filename="arm.efi"))
    report = world.doctor()
    assert "64-bit ARM, this machine is 64-bit x86" in report[Report.UEFI]
    assert "BIOS machine would crash" in report[Report.BIOS]


def test_pxelinux_is_recognised(world: World) -> None:
    world.files(pxelinux__0=dhcplab.PXELINUX)
    world.tftp()
    world.add(DnsmasqDhcp, Answer(filename="pxelinux.0"))
    assert "It is pxelinux" in world.doctor()[Report.BIOS]


def test_proxy_that_names_the_file_at_once(world: World) -> None:
    world.files(undionly__kpxe=dhcplab.STOCK_BIOS)
    world.tftp()
    world.add(IscDhcpd, Answer(), second_host=True)
    world.add(ProxyOffer, Answer(filename="undionly.kpxe"))
    report = world.doctor()
    assert f"{SECOND} offers it" in report[Report.BIOS]
    assert "a proxyDHCP server names" in report[Report.BIOS]
    assert "LOOP" in report[Report.BIOS]
    assert Report.SERVERS not in report.parts


def test_proxy_that_names_the_file_on_port_4011(world: World) -> None:
    world.files(undionly__kpxe=dhcplab.STOCK_BIOS)
    world.tftp()
    world.add(IscDhcpd, Answer(), second_host=True)
    world.add(ProxyDhcp, Answer(filename="undionly.kpxe"))
    report = world.doctor()
    assert "a proxyDHCP server (on port 4011) names" in report[Report.BIOS]
    assert "LOOP" in report[Report.BIOS]
    assert Report.SERVERS not in report.parts


def test_two_dhcp_servers_are_a_problem(world: World) -> None:
    world.add(IscDhcpd, Answer(), second_host=True)
    world.add(DnsmasqDhcp, Answer())
    report = world.doctor()
    assert report.status == 1
    assert "2 servers give addresses" in report[Report.SERVERS]


def test_no_boot_file_named_advises_the_proxy(world: World) -> None:
    world.add(Kea, Answer())
    report = world.doctor()
    assert report.status == 1
    assert "no server names a boot file" in report[Report.BIOS]
    assert "--with-dnsmasq" in report[Report.CHANGE]


def test_nobody_answers(world: World) -> None:
    report = world.doctor()
    assert report.status == 1
    assert "Nobody answered" in report[Report.SERVERS]


def test_interface_without_address_still_hears_offers() -> None:
    with World(address=None) as world:
        world.files(undionly__kpxe=dhcplab.STOCK_BIOS)
        world.tftp()
        world.add(DnsmasqDhcp, Answer(filename="undionly.kpxe"))
        report = world.doctor()
        assert 'names "undionly.kpxe"' in report[Report.BIOS]
        assert "eth0 has no address" in report[Report.CHANGE]


def test_on_the_server_itself_its_own_answers_are_heard(
        world: World) -> None:
    world.files(undionly__kpxe=dhcplab.STOCK_BIOS)
    world.tftp()
    world.add(DnsmasqDhcp, Answer(filename="undionly.kpxe"))
    result = world.run("doctor", "-i", "br0", "-w", "2", host=world.net.name)
    assert "LOOP" in result.stdout, result.stdout + result.stderr


def test_without_rights_it_says_which(world: World, tmp_path: Path) -> None:
    setpriv = ["setpriv", "--reuid=65534", "--clear-groups",
               "--inh-caps=-all"]
    result = world.run("doctor", "-i", "eth0", setpriv=setpriv)
    if "cannot execute" in result.stderr or result.returncode in (126, 127):
        pytest.skip("the tree is not readable for another user")
    assert result.returncode == 3
    assert "CAP_NET_RAW" in result.stderr


def test_unknown_interface_yields_status_3(world: World) -> None:
    result = world.run("doctor", "-i", "nosuch0")
    assert result.returncode == 3
    assert "no interface nosuch0" in result.stderr


@pytest.mark.parametrize("words", [
    ["-m", "nonsense"], ["-u", "zz"], ["-w", "0"], ["extra"], ["-z"]])
def test_wrong_command_line_yields_status_2(
        world: World, words: list[str]) -> None:
    assert world.run("doctor", *words).returncode == 2


@pytest.mark.parametrize("kind", [DnsmasqDhcp, IscDhcpd, Kea])
def test_storm_gets_addresses_and_gives_them_back(
        world: World, kind: type[servers.Server]) -> None:
    """More machines than addresses: some are used twice."""
    world.resolver()
    world.add(kind, Answer())
    result = world.run("storm", "-d", "eth0", "-n", "150", "-c", "20",
                       f"http://{SERVER}/boot.ipxe")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "150 machines served, 0 failed" in result.stdout
    assert len(re.findall(r"(?m)^address +150 ", result.stdout)) == 1
    assert "errors" not in result.stdout


def start_storm(world: World, *options: str) -> subprocess.Popen[str]:
    """A storm of 20 machines at once, each with an address."""
    return subprocess.Popen(
        ["ip", "netns", "exec", world.host, str(dhcplab.UNLOOP), "storm",
         "-d", "eth0", "-n", "20", "-c", "20", "-s", *options,
         f"http://{SERVER}/boot.ipxe"],
        stdout=subprocess.PIPE, text=True)


def lease_count(world: World) -> int:
    return len((world.work / "dnsmasq.leases").read_text().splitlines())


@pytest.mark.parametrize("is_interrupted", [True, False])
def test_storm_that_ends_early_gives_addresses_back(
        world: World, is_interrupted: bool) -> None:
    """Machines that still wait for their script have one, too."""
    (world.site / "site.conf").write_text("admission-rate = 1\n")
    world.resolver()
    world.add(DnsmasqDhcp, Answer())
    with start_storm(world, "-t", "60" if is_interrupted else "5") as storm:
        Daemon.wait_for(lambda: lease_count(world) >= 10)
        if is_interrupted:
            storm.send_signal(signal.SIGINT)
        report, _ = storm.communicate(timeout=dhcplab.WAIT)
    assert storm.returncode == (130 if is_interrupted else 1)
    assert re.search(r"(?m)^(It was interrupted|The time was over) before "
                     r"\d+ machines were served\.$", report)
    assert ("interrupted" in report) == is_interrupted
    Daemon.wait_for(lambda: lease_count(world) == 0)


def test_storm_gives_back_what_it_does_not_know_to_have(world: World) -> None:
    """The server's DHCPACKs are lost: only the server knows of its leases."""
    world.resolver()
    world.add(DnsmasqDhcp, Answer())
    # Option 53, the first, behind the headers of UDP and BOOTP (RFC 2131 2).
    world.net.nft("add table ip lost",
                  "add chain ip lost out "
                  "{ type filter hook output priority 0; }",
                  "add rule ip lost out udp dport 68 @th,1984,24 0x350105 drop")
    with start_storm(world) as storm:
        Daemon.wait_for(lambda: lease_count(world) == 20)
        storm.send_signal(signal.SIGINT)
        storm.communicate(timeout=dhcplab.WAIT)
    Daemon.wait_for(lambda: lease_count(world) == 0)


def test_storm_without_a_dhcp_server_fails(world: World) -> None:
    world.resolver()
    result = world.run("storm", "-d", "eth0", "-n", "2", "-t", "3",
                       f"http://{SERVER}/boot.ipxe")
    assert result.returncode == 1
    assert "0 machines served" in result.stdout
    assert (world.work / "unloopd.log").read_text().count("mac=") == 0
    result = world.run("storm", "-d", "nosuch0", f"http://{SERVER}/boot.ipxe")
    assert result.returncode == 1
    assert "no interface nosuch0" in result.stderr
