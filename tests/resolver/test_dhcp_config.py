# SPDX-License-Identifier: BSD-2-Clause-Patent
"""unloop dhcp-config: the real servers accept its lines and obey them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import dhcplab
from dhcplab import UNLOOP, Report, World
from labkit import base
from labkit.netns import NETMASK, NETWORK, POOL, SECOND, SERVER


def snippet(kind: str, *words: str) -> str:
    result = subprocess.run(
        [str(UNLOOP), "dhcp-config", kind, *words], capture_output=True,
        text=True, timeout=20)
    assert result.returncode == 0, result.stderr
    return result.stdout


def dnsmasq_config(folder: Path, lines: str) -> Path:
    path = folder / "dnsmasq.conf"
    path.write_text(
        "port=0\ninterface=br0\nbind-interfaces\nno-ping\n"
        f"leasefile-ro\nuser=root\ndhcp-range={POOL[0]},{POOL[1]},{NETMASK},"
        f"1h\n{lines}")
    return path


def isc_config(folder: Path, lines: str) -> Path:
    (folder / "unloop.conf").write_text(lines)
    path = folder / "dhcpd.conf"
    path.write_text(
        "authoritative; ping-check false; ddns-update-style none;\n"
        f"subnet {NETWORK} netmask {NETMASK} {{\n"
        f"  range {POOL[0]} {POOL[1]};\n"
        f'  include "{folder}/unloop.conf";\n}}\n')
    (folder / "dhcpd.leases").write_text("")
    return path


def kea_config(folder: Path, lines: str) -> Path:
    (folder / "classes.json").write_text(lines)
    config = json.dumps({"Dhcp4": {
        "interfaces-config": {"interfaces": ["br0"],
                              "dhcp-socket-type": "raw"},
        "lease-database": {"type": "memfile", "persist": False},
        "valid-lifetime": 3600,
        "client-classes": "@",
        "subnet4": [{"subnet": f"{NETWORK}/24",
                     "pools": [{"pool": f"{POOL[0]} - {POOL[1]}"}]}],
    }}, indent=1)
    path = folder / "kea.json"
    path.write_text(config.replace(
        '"@"', f'<?include "{folder}/classes.json"?>'))
    return path


CONFIGS = {"dnsmasq": dnsmasq_config, "isc": isc_config, "kea": kea_config}


def check_command(kind: str, config: Path) -> list[str]:
    return {"dnsmasq": ["dnsmasq", "--test", f"--conf-file={config}"],
            "proxy": ["dnsmasq", "--test", f"--conf-file={config}"],
            "isc": ["dhcpd", "-t", "-4", "-cf", str(config)],
            "kea": ["kea-dhcp4", "-t", str(config)]}[kind]


def run_commands(kind: str, config: Path) -> list[str]:
    folder = config.parent
    return {"dnsmasq": ["dnsmasq", "-k", "--log-facility=-", "--pid-file",
                        f"--conf-file={config}"],
            "isc": ["dhcpd", "-4", "-f", "-d", "-cf", str(config), "-lf",
                    f"{folder}/dhcpd.leases", "-pf", f"{folder}/dhcpd.pid",
                    "br0"],
            "kea": ["env", f"KEA_PIDFILE_DIR={folder}",
                    f"KEA_LOCKFILE_DIR={folder}",
                    base.program("kea-dhcp4"), "-c", str(config)]}[kind]


@pytest.mark.only("sanitised")
@pytest.mark.parametrize("kind", ["dnsmasq", "isc", "kea"])
@pytest.mark.parametrize("words", [[], ["-p", "8080"]])
def test_the_server_itself_accepts_the_lines(
        kind: str, words: list[str], tmp_path: Path) -> None:
    dhcplab.require()
    config = CONFIGS[kind](tmp_path, snippet(kind, "-s", SERVER, *words))
    # Kea looks for the interface even when it only tests.
    config.write_text(config.read_text().replace("br0", "*"))
    command = check_command(kind, config)
    command[0] = base.program(command[0])
    result = subprocess.run(command, capture_output=True, text=True,
                            timeout=20)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("kind", ["dnsmasq", "isc", "kea"])
def test_page_shows_lines_that_are_printed(kind: str) -> None:
    """docs/chainload.md quotes this command's lines."""
    page = (base.ROOT / "docs/chainload.md").read_text()
    quoted = " ".join(page.split())
    assert f"unloop dhcp-config {kind} -s 192.0.2.1" in quoted
    section = page.split("Several kinds: `unloop dhcp-config " + kind)[1]
    lines = [line.strip() for line in section.split("\n## ")[0].splitlines()
             if line.startswith("    ")]
    printed = [line.strip() for line in
               snippet(kind, "-s", "192.0.2.1").splitlines()]
    assert lines
    for line in lines:
        assert line in printed


def test_boot_urls_fit_into_the_packet() -> None:
    for line in snippet("dnsmasq", "-s", "255.255.255.255", "-p",
                        "65535").splitlines():
        if line.startswith("dhcp-boot="):
            url = line.split(",,")[0].split(",")[-1]
            assert len(url) <= 127, url


def put_programs(world: World) -> None:
    """Programs by their names, for TFTP and for the resolver."""
    for root in (world.root, world.site / "firmware"):
        (root / "x86_64-efi").mkdir(parents=True)
        (root / "undionly.kpxe").write_bytes(dhcplab.STOCK_BIOS)
        (root / "x86_64-efi/snponly.efi").write_bytes(dhcplab.STOCK_UEFI)


@pytest.fixture
def world() -> Iterator[World]:
    dhcplab.require()
    with World() as made:
        put_programs(made)
        made.resolver()
        yield made


@pytest.mark.only("sanitised")
@pytest.mark.parametrize("kind", ["dnsmasq", "isc", "kea"])
def test_with_the_lines_every_machine_boots(world: World, kind: str) -> None:
    world.tftp()
    config = CONFIGS[kind](world.work, snippet(kind, "-s", SERVER))
    process = world.process(run_commands(kind, config), "dhcp.log")
    process.wait_listening("udp", 67)
    report = world.doctor()
    assert report.status == 0, report.text + report.errors
    assert "It is stock iPXE, " in report[Report.BIOS]
    assert "64-bit x86" in report[Report.UEFI]
    assert "64-bit x86" in report[Report.HTTP]
    for title in (Report.IPXE_BIOS, Report.IPXE_UEFI):
        assert "It is an iPXE script" in report[title]


@pytest.mark.only("sanitised")
def test_proxy_configuration_boots_beside_another_server(
        world: World) -> None:
    result = world.run("dhcp-config", "proxy", "-i", "br0", "-r", world.root,
                       host=world.net.name)
    assert result.returncode == 0, result.stderr
    config = world.work / "proxy.conf"
    config.write_text(result.stdout)
    base.run("dnsmasq", "--test", f"--conf-file={config}")
    world.add(dhcplab.servers.IscDhcpd, dhcplab.servers.Answer(),
              second_host=True)
    process = world.process(["dnsmasq", "-k", "--user=root",
                             "--log-facility=-", "--pid-file",
                             f"--conf-file={config}"], "proxy.log")
    process.wait_listening("udp", 67)
    report = world.doctor()
    assert report.status == 0, report.text + report.errors
    assert "It is stock iPXE, " in report[Report.BIOS]
    assert f"{SECOND} offers it" in report[Report.BIOS]
    assert "64-bit x86" in report[Report.UEFI]
    for title in (Report.IPXE_BIOS, Report.IPXE_UEFI):
        assert "It is an iPXE script" in report[title]


@pytest.mark.parametrize("words", [
    [], ["other"], ["dnsmasq", "-s", "x"], ["kea", "-p", "0"],
    ["proxy", "-n", "10"], ["isc", "kea"]])
def test_wrong_command_line_yields_status_2(words: list[str]) -> None:
    result = subprocess.run([str(UNLOOP), "dhcp-config", *words],
                            capture_output=True, timeout=20)
    assert result.returncode in (1, 2)
    assert result.stderr


def test_unknown_interface_is_named() -> None:
    result = subprocess.run(
        [str(UNLOOP), "dhcp-config", "proxy", "-i", "nosuch0"],
        capture_output=True, text=True, timeout=20)
    assert result.returncode == 1
    assert "nosuch0" in result.stderr
