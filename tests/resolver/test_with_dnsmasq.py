# SPDX-License-Identifier: BSD-2-Clause-Patent
"""unloopd --with-dnsmasq: one command serves a LAN whose DHCP is dumb."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import dhcplab
from dhcplab import Report, World, servers
from labkit import base
from unloopd import ROOT, UNLOOPD, WAIT, user_arguments

# Networks take their time: once is enough.
pytestmark = pytest.mark.only("sanitised")

OUT = Path(os.environ.get("O") or ROOT / "out").absolute()
#: Boot programs of ours, by their names on the TFTP server.
IMAGES = ("undionly.kpxe", "x86_64-efi/snponly.efi")


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


def tftp_folders(world: World) -> list[Path]:
    """What daemons have made for TFTP."""
    return list((world.work / "run").glob("tftp-*"))


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
    assert len(tftp_folders(world)) == 1
    report = world.doctor()
    assert report.status == 0, report.text + report.errors
    assert "It is stock iPXE, " in report[Report.BIOS]
    assert "64-bit x86" in report[Report.UEFI]
    assert "It is an iPXE script" in report[Report.IPXE_UEFI]
    process.stop()
    base.wait_for(lambda: not leftover(world), 10, "everything to end")
    assert not tftp_folders(world)


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
    assert not tftp_folders(world)


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
        ["ip", "netns", "exec", world.net.name, *world.environment,
         str(UNLOOPD), "-d", "-p", "0", *user_arguments(), "--with-dnsmasq",
         *words, str(world.site)],
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
    assert not tftp_folders(world)
    assert result.returncode == 1
    assert "undionly.kpxe" in result.stderr


def ours(world: World) -> None:
    """Let the site have boot programs of ours."""
    for name in IMAGES:
        if not (OUT / name).exists():
            pytest.skip(f"{OUT / name} is not built")
        shutil.copyfile(OUT / name, world.site / "firmware" / name)


def resolver_of(world: World, name: str) -> str:
    """Whom the image asks that is fetched by TFTP, "" for nobody."""
    image = world.tftp_get(name)
    assert image is not None, f"{name} is not served"
    path = world.work / "fetched"
    path.write_bytes(image)
    said = subprocess.run([UNLOOPD.with_name("unloop"), "inspect", path],
                          capture_output=True, text=True, timeout=WAIT)
    assert said.returncode == 0, said.stdout + said.stderr
    found = [line.split("=", 1)[1].strip() for line in said.stdout.split("\n")
             if "resolver" in line and "=" in line]
    return found[0] if found else ""


def digest(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def test_images_by_tftp_ask_this_resolver(world: World) -> None:
    ours(world)
    (world.site / "firmware/other.bin").write_bytes(b"other" * 300)
    before = digest(world.site)
    start(world)
    for name in IMAGES:
        assert resolver_of(world, name) == "http://10.77.0.1/boot.ipxe"
    assert world.tftp_get("other.bin") == b"other" * 300
    assert world.tftp_get("none.bin") is None
    # The site is not written to.
    assert digest(world.site) == before


def test_images_by_tftp_follow_the_site(world: World) -> None:
    start(world)
    firmware = world.site / "firmware"
    assert world.tftp_get(IMAGES[0]) == dhcplab.STOCK_BIOS
    ours(world)
    base.wait_for(lambda: world.tftp_get(IMAGES[0]) != dhcplab.STOCK_BIOS and
                  resolver_of(world, IMAGES[0]) ==
                  "http://10.77.0.1/boot.ipxe", 10, "the image of ours")
    # A folder that is new, a file that goes, one that becomes a folder.
    (firmware / "a/b").mkdir(parents=True)
    (firmware / "a/b/c.txt").write_bytes(b"deep")
    base.wait_for(lambda: world.tftp_get("a/b/c.txt") == b"deep", 10,
                  "the file in the new folder")
    (firmware / "a/b/c.txt").write_bytes(b"deeper")
    base.wait_for(lambda: world.tftp_get("a/b/c.txt") == b"deeper", 10,
                  "the changed file")
    shutil.rmtree(firmware / "a")
    (firmware / "a").write_bytes(b"file")
    base.wait_for(lambda: world.tftp_get("a") == b"file", 10,
                  "the file in place of the folder")
    assert world.tftp_get("a/b/c.txt") is None
    (firmware / "a").unlink()
    base.wait_for(lambda: world.tftp_get("a") is None, 10, "it to go")
    (firmware / IMAGES[0]).unlink()
    base.wait_for(lambda: world.tftp_get(IMAGES[0]) is None, 10,
                  "the image to go")


def test_image_that_asks_somebody_already_is_served_as_it_is(
        world: World) -> None:
    ours(world)
    path = world.site / "firmware" / IMAGES[0]
    subprocess.run(
        [UNLOOPD.with_name("unloop"), "customise", "--set",
         "resolver=http://192.0.2.7/x", path], check=True, timeout=WAIT)
    start(world)
    assert world.tftp_get(IMAGES[0]) == path.read_bytes()


def test_link_out_of_firmware_is_not_served(world: World) -> None:
    secret = world.work / "secret"
    secret.write_bytes(b"secret")
    firmware = world.site / "firmware"
    (firmware / "out").symlink_to(secret)
    (firmware / "up").symlink_to("../default.ipxe")
    (firmware / "same").symlink_to("undionly.kpxe")
    start(world)
    assert world.tftp_get("out") is None
    assert world.tftp_get("up") is None
    assert world.tftp_get("same") == dhcplab.STOCK_BIOS


def test_image_with_another_port_asks_that(world: World) -> None:
    ours(world)
    process = world.process(
        [UNLOOPD, "-d", "-p", "8080", *user_arguments(), "--with-dnsmasq",
         "-i", "br0", world.site], "unloopd.log")
    base.wait_for(lambda: b"serving" in process.log.read_bytes(), 10,
                  "unloopd to say that it serves")
    assert resolver_of(world, IMAGES[0]) == "http://10.77.0.1:8080/boot.ipxe"
