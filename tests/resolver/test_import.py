# SPDX-License-Identifier: BSD-2-Clause-Patent
"""unloop import: other tools' machines become a site that loads and serves."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from unloopd import UNLOOPD, Daemon, Site

UNLOOP = UNLOOPD.with_name("unloop")
MAC = "52:54:00:12:34:56"
OTHER = "52:54:00:12:34:57"


def take_over(kind: str, source: Path, site: Path, status: int = 0) -> str:
    done = subprocess.run([str(UNLOOP), "import", kind, str(source),
                           str(site)], capture_output=True, text=True,
                          timeout=20)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def empty(site: Site) -> Path:
    """A place for a site that is not there yet."""
    return site.path / "new"


def script_of(site: Path, mac: str) -> str:
    served = Site()
    served.remove()
    served.path = site
    daemon = Daemon(served)
    try:
        reply = daemon.get(f"/boot.ipxe?mac={mac}")
        return reply.body.decode() if reply.status == 200 \
            else f"{reply.status}"
    finally:
        daemon.stop()
        served.remove()


def test_pxelinux_tree(tmp_path: Path, empty: Path) -> None:
    (tmp_path / "01-52-54-00-12-34-56").write_text(
        "DEFAULT install\nPROMPT 0\nLABEL other\n  KERNEL wrong\n"
        "LABEL install\n  KERNEL debian/vmlinuz\n"
        "  APPEND initrd=debian/initrd.gz,extra.gz auto=true\n")
    (tmp_path / "default").write_text("default l\nlabel l\n localboot 0\n")
    (tmp_path / "C0A8").write_text("label l\n kernel x\n")
    said = take_over("pxelinux", tmp_path, empty, 1)
    assert "C0A8: named neither by MAC nor by UUID" in said
    script = script_of(empty, MAC)
    assert "/assets/debian/vmlinuz initrd=debian/initrd.gz,extra.gz auto=true"\
        in script
    assert "/assets/debian/initrd.gz\n" in script
    assert "/assets/extra.gz\n" in script
    assert "wrong" not in script
    assert "exit 1" in script_of(empty, OTHER)


def test_matchbox_groups_and_profiles(tmp_path: Path, empty: Path) -> None:
    for folder in ("groups", "profiles"):
        (tmp_path / folder).mkdir()
    (tmp_path / "profiles/flatcar.json").write_text(json.dumps(
        {"id": "flatcar", "boot": {
            "kernel": "/assets/vmlinuz", "initrd": ["/assets/cpio.gz"],
            "args": ["console=tty0", "quiet"]}}))
    (tmp_path / "groups/node1.json").write_text(json.dumps(
        {"id": "node1", "profile": "flatcar", "selector": {"mac": MAC}}))
    (tmp_path / "groups/many.json").write_text(json.dumps(
        {"profile": "flatcar", "selector": {"os": "installed"}}))
    said = take_over("matchbox", tmp_path, empty, 1)
    assert "many.json: it selects by more" in said
    script = script_of(empty, MAC)
    assert "/assets/vmlinuz console=tty0 quiet\n" in script
    assert "/assets/cpio.gz\nboot" in script
    assert script_of(empty, OTHER) == "404"


def test_matchbox_serial_and_named_initrd(tmp_path: Path, empty: Path) -> None:
    for folder in ("groups", "profiles"):
        (tmp_path / folder).mkdir()
    (tmp_path / "profiles/p.json").write_text(json.dumps(
        {"id": "p", "boot": {
            "kernel": "/assets/k", "initrd": ["--name main /assets/i"],
            "args": ["initrd=main", "ignition=http://x/?uuid=${uuid}"]}}))
    (tmp_path / "groups/n.json").write_text(json.dumps(
        {"profile": "p", "selector": {"serial": "B5JN4E1"}}))
    take_over("matchbox", tmp_path, empty)
    assert "serial = B5JN4E1\n" in (empty / "hosts.d/matchbox.conf").read_text()
    script = (empty / "profiles.d/p.ipxe").read_text()
    assert "kernel http://{{server}}/assets/k initrd=main " in script
    assert "uuid=${uuid}\n" in script
    assert "initrd --name main http://{{server}}/assets/i\n" in script


@pytest.mark.parametrize("boot", [
    {"kernel": "/k\nshell"}, {"kernel": "/k", "args": ["a\nshell"]},
    {"kernel": "/k", "initrd": [["/i"]]}, {"kernel": "/k", "args": ["{{x}}"]}])
def test_matchbox_text_does_not_become_commands(
        boot: dict[str, object], tmp_path: Path, empty: Path) -> None:
    for folder in ("groups", "profiles"):
        (tmp_path / folder).mkdir()
    (tmp_path / "profiles/p.json").write_text(json.dumps({"boot": boot}))
    said = take_over("matchbox", tmp_path, empty, 1)
    assert "not taken over: " in said
    assert not (empty / "profiles.d/p.ipxe").exists()


def test_matchbox_default_group_is_the_default(
        tmp_path: Path, empty: Path) -> None:
    for folder in ("groups", "profiles"):
        (tmp_path / folder).mkdir()
    (tmp_path / "profiles/p.json").write_text(
        '{"id": "p", "boot": {"kernel": "http://10.0.0.1/k"}}')
    (tmp_path / "groups/all.json").write_text('{"profile": "p"}')
    take_over("matchbox", tmp_path, empty)
    assert "kernel http://10.0.0.1/k" in script_of(empty, OTHER)


@pytest.mark.parametrize("line,why", [
    ("kernel menu.c32", "menu.c32 is a module of Syslinux's"),
    ("kernel k\nappend x={{y}}", "it would have \"{{\" in it")])
def test_pxelinux_label_that_cannot_be_taken_over(
        line: str, why: str, tmp_path: Path, empty: Path) -> None:
    (tmp_path / "default").write_text(f"label a\n{line}\n")
    assert why in take_over("pxelinux", tmp_path, empty, 1)
    assert not (empty / "default.ipxe").exists()


def test_pxelinux_long_command_line_is_whole(
        tmp_path: Path, empty: Path) -> None:
    words = " ".join(f"option{n}=value" for n in range(200))
    (tmp_path / "default").write_text(
        f"label a\nkernel k\nappend noinitrd=x {words} initrd=i\n")
    take_over("pxelinux", tmp_path, empty)
    script = (empty / "default.ipxe").read_text()
    assert f" noinitrd=x {words} initrd=i\n" in script
    assert "initrd http://{{server}}/assets/i\n" in script


def test_tree_script_with_braces_is_not_taken_for_a_template(
        tmp_path: Path, empty: Path) -> None:
    (tmp_path / "menu.ipxe").write_text("#!ipxe\necho {{ version }}\n")
    (tmp_path / "linux.ipxe").write_text("#!ipxe\necho {{ version }}\n")
    assert "default.ipxe: it would" in take_over("tree", tmp_path, empty, 1)
    assert not (empty / "default.ipxe").exists()
    # Files are served as they are.
    assert "{{ version }}" in (empty / "assets/linux.ipxe").read_text()


def test_tree_of_scripts(tmp_path: Path, empty: Path) -> None:
    (tmp_path / "MAC-525400123456.ipxe").write_text("#!ipxe\necho mine\n")
    (tmp_path / "menu.ipxe").write_text("#!ipxe\necho menu\n")
    (tmp_path / "linux.ipxe").write_text("#!ipxe\necho linux\n")
    (tmp_path / "notes.txt").write_text("nothing")
    take_over("tree", tmp_path, empty)
    assert "echo mine" in script_of(empty, MAC)
    assert "echo menu" in script_of(empty, OTHER)
    assert (empty / "assets/linux.ipxe").exists()


def test_dnsmasq_hosts(tmp_path: Path, empty: Path) -> None:
    source = tmp_path / "dnsmasq.conf"
    source.write_text(
        f"# dhcp-host=ff:ff:ff:ff:ff:ff,no\ndhcp-host={MAC},web01,10.0.0.5,"
        f"12h\ndhcp-host={OTHER},52:54:00:12:34:58,set:rack1,web02,infinite\n"
        "dhcp-host=id:foo,bar\nport=0\n")
    said = take_over("dnsmasq", source, empty, 1)
    assert "2 machines" in said and "1 not taken over" in said
    text = (empty / "hosts.d/dnsmasq.conf").read_text()
    assert "[web01]\nmac = 52-54-00-12-34-56\nvar.address = 10.0.0.5\n" in text
    assert "[web02]\nmac = 52-54-00-12-34-57, 52-54-00-12-34-58\n" in text


def test_isc_host_blocks(tmp_path: Path, empty: Path) -> None:
    source = tmp_path / "dhcpd.conf"
    source.write_text(
        'option domain-name "x"; # host no { }\n'
        "subnet 10.0.0.0 netmask 255.255.255.0 {\n"
        f"  host web01 {{ hardware ethernet {MAC}; fixed-address 10.0.0.5;\n"
        '    option host-name "web-one"; }\n'
        f"  host web02 {{ hardware ethernet {OTHER}; }} }}\n")
    take_over("isc", source, empty)
    text = (empty / "hosts.d/isc.conf").read_text()
    assert "[web-one]\nmac = 52-54-00-12-34-56\nvar.address = 10.0.0.5\n" \
        in text
    assert "[web02]\nmac = 52-54-00-12-34-57\n" in text


def test_kea_reservations(tmp_path: Path, empty: Path) -> None:
    source = tmp_path / "kea.conf"
    source.write_text(
        '// a comment\n{ "Dhcp4": { # another\n "subnet4": [ {\n'
        f' "reservations": [ {{ "hw-address": "{MAC}", /* x */\n'
        ' "ip-address": "10.0.0.5", "hostname": "web//01" }, ] } ] } }\n')
    take_over("kea", source, empty)
    text = (empty / "hosts.d/kea.conf").read_text()
    assert "[web--01]\nmac = 52-54-00-12-34-56\nvar.address = 10.0.0.5\n" \
        in text


def test_kea_address_does_not_become_a_line(
        tmp_path: Path, empty: Path) -> None:
    source = tmp_path / "kea.conf"
    source.write_text('{"Dhcp4": {"reservations": [{"hw-address": "' + MAC
                      + '", "ip-address": "1\\nprofile = x"}]}}')
    assert "control character" in take_over("kea", source, empty, 1)
    assert not (empty / "hosts.d").exists()


def test_many_machines_of_one_name(tmp_path: Path, empty: Path) -> None:
    source = tmp_path / "d.conf"
    source.write_text("".join(
        f"dhcp-host=52:54:00:{n >> 16:02x}:{n >> 8 & 255:02x}:{n & 255:02x},"
        "node\n" for n in range(50000)))
    assert "50000 machines" in take_over("dnsmasq", source, empty)
    assert "[node-50000]" in (empty / "hosts.d/dnsmasq.conf").read_text()


def test_imported_hosts_load_with_a_default(
        tmp_path: Path, empty: Path) -> None:
    source = tmp_path / "d.conf"
    source.write_text(f"dhcp-host={MAC},web01\ndhcp-host={OTHER},web01\n")
    take_over("dnsmasq", source, empty)
    (empty / "default.ipxe").write_text("#!ipxe\necho {{name}}\n")
    assert "web01" in script_of(empty, MAC)
    assert "web01-2" in script_of(empty, OTHER)


def test_nothing_is_replaced(tmp_path: Path, empty: Path) -> None:
    source = tmp_path / "d.conf"
    source.write_text(f"dhcp-host={MAC},web01\n")
    take_over("dnsmasq", source, empty)
    before = (empty / "hosts.d/dnsmasq.conf").read_bytes()
    source.write_text(f"dhcp-host={OTHER},web02\n")
    assert "nothing is ever replaced" in take_over("dnsmasq", source, empty, 1)
    assert (empty / "hosts.d/dnsmasq.conf").read_bytes() == before


@pytest.mark.parametrize("kind", ["dnsmasq", "isc", "kea"])
@pytest.mark.parametrize("content", [
    b"", b"\0\0\0", b"{" * 3000, b"host {", b'host "', b"dhcp-host=" + b"a,"
    * 5000, b'{"Dhcp4": {"reservations": [1, [], {}]}}', b"/*", b"/", b"\xff"
    * 100])
def test_broken_input_does_no_harm(kind: str, content: bytes, tmp_path: Path,
                                   empty: Path) -> None:
    source = tmp_path / "broken"
    source.write_bytes(content)
    done = subprocess.run([str(UNLOOP), "import", kind, str(source),
                           str(empty)], capture_output=True, timeout=20)
    assert done.returncode in (0, 1), done.stderr


@pytest.mark.parametrize("words", [[], ["other", "a", "b"], ["kea", "a"]])
def test_wrong_command_line_yields_status_2(words: list[str]) -> None:
    done = subprocess.run([str(UNLOOP), "import", *words],
                          capture_output=True, timeout=20)
    assert done.returncode == 2
