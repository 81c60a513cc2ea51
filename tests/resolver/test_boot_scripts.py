# SPDX-License-Identifier: BSD-2-Clause-Patent
"""/boot.ipxe: which script a machine gets, and what is filled into it."""

from __future__ import annotations

import os

import pytest

from unloopd import Daemon, Site

MAC = "52:54:00:ab:cd:ef"
MAC_FILE = "hosts/52-54-00-ab-cd-ef.ipxe"
UUID = "4c4c4544-0042-3510-8052-b4c04f4a4e31"
UUID_FILE = f"hosts/{UUID}.ipxe"


def script(text: str) -> str:
    return f"#!ipxe\n{text}\n"


@pytest.mark.parametrize("mac", [
    "52:54:00:ab:cd:ef", "52-54-00-ab-cd-ef", "525400abcdef",
    "52:54:00:AB:CD:EF", "52-54-00-AB-CD-EF", "525400ABCDEF",
    "52%3a54%3A00%3aab%3acd%3aef"])
def test_mac_in_any_spelling_yields_host_script(site: Site, daemon: Daemon,
                                                mac: str) -> None:
    site.write(MAC_FILE, script("echo by mac"))
    site.write("default.ipxe", script("echo default"))
    reply = daemon.get(f"/boot.ipxe?mac={mac}")
    assert (reply.status, reply.body) == (200, b"#!ipxe\necho by mac\n")
    assert reply.headers["content-type"].startswith("text/plain")
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("uuid", [UUID, UUID.upper(), UUID.replace("-", "")])
def test_uuid_in_any_spelling_yields_host_script(site: Site, daemon: Daemon,
                                                 uuid: str) -> None:
    site.write(UUID_FILE, script("echo by uuid"))
    site.write("default.ipxe", script("echo default"))
    reply = daemon.get(f"/boot.ipxe?mac={MAC}&uuid={uuid}")
    assert (reply.status, reply.body) == (200, b"#!ipxe\necho by uuid\n")


def test_mac_script_wins_over_uuid_script(site: Site, daemon: Daemon) -> None:
    site.write(MAC_FILE, script("echo by mac"))
    site.write(UUID_FILE, script("echo by uuid"))
    assert b"by mac" in daemon.get(f"/boot.ipxe?uuid={UUID}&mac={MAC}").body


@pytest.mark.parametrize("query", [
    "", "?", "?mac=", "?mac=52:54:00:00:00:01", "?mac=&uuid=&serial=",
    f"?uuid={UUID}", "?unknown=1&&=&x", "?mac"])
def test_other_machine_yields_default_script(site: Site, daemon: Daemon,
                                             query: str) -> None:
    site.write(MAC_FILE, script("echo by mac"))
    site.write("default.ipxe", script("echo default"))
    reply = daemon.get(f"/boot.ipxe{query}")
    assert (reply.status, reply.body) == (200, b"#!ipxe\necho default\n")


@pytest.mark.parametrize("query", ["", f"?mac={MAC}&uuid={UUID}"])
def test_unknown_machine_without_default_yields_404(daemon: Daemon,
                                                    query: str) -> None:
    reply = daemon.get(f"/boot.ipxe{query}")
    assert reply.status == 404
    assert b"no script for this machine" in reply.body
    # With Retry-After the machine would wait instead of going on.
    assert "retry-after" not in reply.headers


def test_changed_script_is_served_without_reload(site: Site,
                                                 daemon: Daemon) -> None:
    for number in range(3):
        site.write("default.ipxe", script(f"echo {number}"))
        assert daemon.get("/boot.ipxe").body == \
            f"#!ipxe\necho {number}\n".encode()


def test_head_yields_length_without_body(site: Site, daemon: Daemon) -> None:
    site.write("default.ipxe", script("echo default"))
    reply = daemon.request("HEAD", "/boot.ipxe")
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["content-length"] == str(len(script("echo default")))


@pytest.mark.parametrize("mac", [
    "zz", "52:54:00:ab:cd", "52:54:00:ab:cd:ef:01", "52:54-00:ab:cd:ef",
    "52:54:00:ab:cd:eg", "5254.00ab.cdef", ":52:54:00:ab:cd:ef",
    "52:54:00:ab:cd:ef:", "../default", "a" * 200])
def test_impossible_mac_yields_400(site: Site, daemon: Daemon,
                                   mac: str) -> None:
    site.write("default.ipxe", script("echo default"))
    assert daemon.get(f"/boot.ipxe?mac={mac}").status == 400


@pytest.mark.parametrize("uuid", ["x", UUID[:-1], UUID + "0", "-" * 36,
                                  UUID.replace("-", "", 1)])
def test_impossible_uuid_yields_400(site: Site, daemon: Daemon,
                                    uuid: str) -> None:
    site.write("default.ipxe", script("echo default"))
    assert daemon.get(f"/boot.ipxe?uuid={uuid}").status == 400


def test_fact_given_twice_yields_400(site: Site, daemon: Daemon) -> None:
    site.write("default.ipxe", script("echo default"))
    path = f"/boot.ipxe?mac={MAC}&serial=a&mac=52:54:00:00:00:01"
    assert daemon.get(path).status == 400


def test_overlong_value_yields_400(site: Site, daemon: Daemon) -> None:
    site.write("default.ipxe", script("echo default"))
    assert daemon.get("/boot.ipxe?serial=" + "x" * 255).status == 200
    assert daemon.get("/boot.ipxe?serial=" + "x" * 256).status == 400


# A script that is there but wrong is never passed over for the next one:
# the machine would be given something that nobody meant for it.

def test_dangling_link_yields_500_not_default(site: Site,
                                              daemon: Daemon) -> None:
    site.write("default.ipxe", script("echo default"))
    (site.path / "hosts").mkdir()
    (site.path / MAC_FILE).symlink_to("../profiles/gone.ipxe")
    reply = daemon.get(f"/boot.ipxe?mac={MAC}")
    assert reply.status == 500
    assert MAC_FILE.encode() in reply.body


def test_host_file_that_is_no_script_yields_500(site: Site,
                                                daemon: Daemon) -> None:
    site.write("default.ipxe", script("echo default"))
    for text in ("", "#!ipxe", "#!ipxex\n", "echo hi\n", "\n#!ipxe\n"):
        site.write(MAC_FILE, text)
        assert daemon.get(f"/boot.ipxe?mac={MAC}").status == 500, text


def test_host_file_that_is_a_folder_or_fifo_yields_500(site: Site,
                                                       daemon: Daemon) -> None:
    site.write("default.ipxe", script("echo default"))
    (site.path / MAC_FILE).mkdir(parents=True)
    os.mkfifo(site.path / UUID_FILE)
    assert daemon.get(f"/boot.ipxe?mac={MAC}").status == 500
    assert daemon.get(f"/boot.ipxe?uuid={UUID}").status == 500


def test_oversized_script_yields_500(site: Site, daemon: Daemon) -> None:
    site.write("default.ipxe", "#!ipxe\n" + "#" * (1 << 20))
    assert daemon.get("/boot.ipxe").status == 500
    site.write("default.ipxe", ("#!ipxe\n" + "#" * (1 << 20))[:1 << 20])
    assert len(daemon.get("/boot.ipxe").body) == 1 << 20


def test_link_inside_the_site_is_followed(site: Site, daemon: Daemon) -> None:
    site.write("profiles/web.ipxe", script("echo web"))
    (site.path / "hosts").mkdir()
    (site.path / MAC_FILE).symlink_to("../profiles/web.ipxe")
    assert b"echo web" in daemon.get(f"/boot.ipxe?mac={MAC}").body


def test_link_out_of_the_site_yields_500(site: Site, daemon: Daemon) -> None:
    other = Site()
    try:
        outside = other.write("x.ipxe", script("echo outside"))
        (site.path / "default.ipxe").symlink_to(outside)
        reply = daemon.get("/boot.ipxe")
        assert reply.status == 500
        assert b"echo outside" not in reply.body
    finally:
        other.remove()


def test_site_that_is_a_link_follows_the_switch(site: Site) -> None:
    site.write("a/default.ipxe", script("echo a"))
    site.write("b/default.ipxe", script("echo b"))
    current = Site()
    current.path.rmdir()
    current.path.symlink_to(site.path / "a")
    daemon = Daemon(current)
    try:
        assert b"echo a" in daemon.get("/boot.ipxe").body
        current.path.unlink()
        current.path.symlink_to(site.path / "b")
        assert b"echo b" in daemon.get("/boot.ipxe").body
        current.path.unlink()
        # A site that is not there is one that does not load.
        assert b"echo b" in daemon.get("/boot.ipxe").body
        assert daemon.get("/healthz").body.startswith(b"stale\n")
    finally:
        current.path.unlink(missing_ok=True)
        daemon.stop()
        current.remove()


# Expansion.

EXPANSIONS = [
    ("{{mac}}", f"mac={MAC}", MAC),
    ("{{ mac }}", f"mac={MAC}", MAC),
    ("a{{serial}}b{{asset}}c", "serial=S1&asset=A%202", "aS1bA 2c"),
    ("{{serial}}", "", ""),
    ("{{serial|default:none}}", "", "none"),
    ("{{serial|default:none}}", "serial=", "none"),
    ("{{serial|default:none}}", "serial=x", "x"),
    ("{{serial|default:}}", "", ""),
    ("{{serial|default:two words}}", "", "two words"),
    ("{{product|uri}}", "product=R%26D%20%2f%25%C3%A9", "R%26D%20%2F%25%C3%A9"),
    ("{{product|default:a b|uri}}", "", "a%20b"),
    ("{{product|uri|default:a b}}", "product=c%20d", "c%20d"),
    ("{{product}}", "product=R%26D%20Inc.", "R&D Inc."),
    ("{{product}}", "product=a+b", "a+b"),
    ("${net0/mac} ${a:uristring} {x} }}", "", "${net0/mac} ${a:uristring} "
     "{x} }}"),
    ("{{version}} {{buildid}} {{generation}} {{nic}} {{ip}}",
     "version=1.0&buildid=ab&generation=1&nic=net0&ip=10.0.0.5",
     "1.0 ab 1 net0 10.0.0.5"),
    ("{{manufacturer}} {{hostname}} {{arch}} {{platform}}",
     "manufacturer=QEMU&hostname=a.b&arch=x86_64&platform=efi",
     "QEMU a.b x86_64 efi"),
]


@pytest.mark.parametrize("template, query, expected", EXPANSIONS)
def test_template_yields_values(site: Site, daemon: Daemon, template: str,
                                query: str, expected: str) -> None:
    site.write("default.ipxe", script(f"echo {template}"))
    reply = daemon.get(f"/boot.ipxe?{query}")
    assert (reply.status, reply.body.decode()) == \
        (200, script(f"echo {expected}"))


def test_server_is_the_host_that_was_asked(site: Site, daemon: Daemon) -> None:
    site.write("default.ipxe", script("kernel http://{{server}}/assets/k"))
    reply = daemon.get("/boot.ipxe?server=evil", Host="boot.example.org:8080")
    assert b"kernel http://boot.example.org:8080/assets/k" in reply.body
    reply = daemon.get("/boot.ipxe", Host="[fd00::1]:80")
    assert b"http://[fd00::1]:80/assets/k" in reply.body
    reached = f"http://127.0.0.1:{daemon.port}/assets/k".encode()
    assert reached in daemon.raw(b"GET /boot.ipxe HTTP/1.0\r\n\r\n")
    for host in ("2001:db8::1", "2001:db8::1:8080", "::1"):
        assert reached in daemon.get("/boot.ipxe", Host=host).body


@pytest.mark.parametrize("host", ["a b", "a/b", "a@b", "${x}", "a;b", '"',
                                  "x" * 300])
def test_impossible_host_yields_400(site: Site, daemon: Daemon,
                                    host: str) -> None:
    site.write("default.ipxe", script("kernel http://{{server}}/assets/k"))
    assert daemon.get("/boot.ipxe", Host=host).status == 400


@pytest.mark.parametrize("value", [
    "a%0asanboot", "a%0dsanboot", "%0a", "a%00b", "a%09b", "a%1b[2J", "a%7f",
    "a%0", "a%", "%zz"])
def test_control_character_or_bad_escape_yields_400(site: Site, daemon: Daemon,
                                                    value: str) -> None:
    # Refused even where the script does not use the value.
    site.write("default.ipxe", script("echo default"))
    assert daemon.get(f"/boot.ipxe?serial={value}").status == 400


INJECTIONS = ["a || sanboot x", "a && exit", "a ; exit", ";", "&&", "||",
              "a # b", "#", "${net0/mac}", "$", "a\\", "| b", "a &"]


@pytest.mark.parametrize("value", INJECTIONS)
def test_value_with_commands_yields_400(site: Site, daemon: Daemon,
                                        value: str) -> None:
    site.write("default.ipxe", script("set serial {{serial}}"))
    encoded = "".join(f"%{byte:02x}" for byte in value.encode())
    reply = daemon.get(f"/boot.ipxe?serial={encoded}")
    assert reply.status == 400
    assert b"default.ipxe:2" in reply.body


@pytest.mark.parametrize("value", INJECTIONS)
def test_value_with_commands_passes_encoded(site: Site, daemon: Daemon,
                                            value: str) -> None:
    site.write("default.ipxe", script("chain x?s={{serial|uri}}"))
    encoded = "".join(f"%{byte:02X}" for byte in value.encode())
    reply = daemon.get(f"/boot.ipxe?serial={encoded}")
    assert reply.status == 200
    line = reply.body.decode().splitlines()[1]
    assert not set(line.partition("s=")[2]) & set(" ;&|#$\\\n")


@pytest.mark.parametrize("template", [
    "{{nosuch}}", "{{}}", "{{ }}", "{{mac", "{{mac}", "{{mac|}}",
    "{{mac|upper}}", "{{mac|default}}", "{{MAC}}", "{{mac|uri|x}}",
    "{{mac\n}}", "{{{mac}}}"])
def test_wrong_template_yields_500_with_line(site: Site, daemon: Daemon,
                                             template: str) -> None:
    site.write("default.ipxe", script(f"echo 2\necho {template}"))
    reply = daemon.get(f"/boot.ipxe?mac={MAC}")
    assert reply.status == 500
    assert b"default.ipxe:3: " in reply.body


# The same address asked by others than iPXE.

def test_uefi_http_boot_yields_boot_program(site: Site,
                                            daemon: Daemon) -> None:
    site.write("default.ipxe", script("echo default"))
    site.write("firmware/x86_64-efi/snponly.efi", b"MZ x64")
    site.write("firmware/arm64-efi/snponly.efi", b"MZ arm")
    agent = "UefiHttpBoot/1.0"
    reply = daemon.get("/boot.ipxe", User_Agent=agent)
    assert (reply.status, reply.body) == (200, b"MZ x64")
    # EDK2 goes by the type, because the name does not end in .efi.
    assert reply.headers["content-type"] == "application/efi"
    reply = daemon.get("/boot.ipxe?arch=arm64", User_Agent=agent)
    assert (reply.status, reply.body) == (200, b"MZ arm")
    head = daemon.request("HEAD", "/boot.ipxe", {"User-Agent": agent})
    assert head.headers["content-length"] == "6"
    reply = daemon.get("/boot.ipxe?arch=i386", User_Agent=agent)
    assert reply.status == 404 and b"i386-efi/snponly.efi" in reply.body
    assert daemon.get("/boot.ipxe?arch=vax", User_Agent=agent).status == 404


@pytest.mark.parametrize("agent", ["iPXE/1.21.1+", "iPXE/0.1 unloop/0.1",
                                   "Mozilla/5.0 UefiHttpBoot", ""])
def test_other_agents_yield_script(site: Site, daemon: Daemon,
                                   agent: str) -> None:
    site.write("default.ipxe", script("echo default"))
    site.write("firmware/x86_64-efi/snponly.efi", b"MZ x64")
    reply = daemon.get("/boot.ipxe", User_Agent=agent)
    assert reply.body == b"#!ipxe\necho default\n"


def test_autoexec_yields_404_or_its_script(site: Site, daemon: Daemon) -> None:
    site.write("default.ipxe", script("echo default"))
    assert daemon.get("/autoexec.ipxe").status == 404
    assert daemon.get("/firmware/x86_64-efi/autoexec.ipxe").status == 404
    site.write("autoexec.ipxe", script("chain http://{{server}}/boot.ipxe"))
    reply = daemon.get("/autoexec.ipxe")
    assert reply.body == \
        f"#!ipxe\nchain http://127.0.0.1:{daemon.port}/boot.ipxe\n".encode()
