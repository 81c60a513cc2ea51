# SPDX-License-Identifier: BSD-2-Clause-Patent
"""site.conf, hosts.d, profiles.d, rules.d, drop-ins: who gets what, and how
a changed site comes to be served."""

from __future__ import annotations

import http.client
import threading
import time

import pytest

from unloopd import WAIT, Daemon, Site

MAC = "52:54:00:00:00:01"
UUID = "4c4c4544-0042-3510-8052-b4c04f4a4e31"
# The same with the first three fields in the other byte order.
UUID_SWAPPED = "44454c4c-4200-1035-8052-b4c04f4a4e31"


def script(text: str) -> str:
    return f"#!ipxe\n{text}\n"


def body(daemon: Daemon, query: str) -> str:
    reply = daemon.get(f"/boot.ipxe?{query}")
    assert reply.status == 200, reply.body
    return reply.body.decode().removeprefix("#!ipxe\n").rstrip("\n")


@pytest.fixture
def small(site: Site) -> Site:
    """A site with two machines, profiles and an unknown policy."""
    site.write("site.conf", "unknown = deny\nvar.console = ttyS0\n")
    site.write("profiles.d/web.ipxe", script("echo web {{name}} {{console}}"))
    site.write("profiles.d/db.ipxe", script("echo db {{name}} {{console}}"))
    site.write("profiles.d/fast.conf", "var.console = ttyS9\n")
    site.write("hosts.d/all.conf", f"""
# Two machines.
[web01]
mac = {MAC}, 52:54:00:00:00:02
uuid = {UUID}
serial = SN 1
asset = A1
profile = web

[db01]
mac = 52-54-00-00-00-03
serial = SN 2
profile = web db
var.console = tty1
""")
    return site


@pytest.mark.parametrize("query, expected", [
    (f"mac={MAC}", "web web01 ttyS0"),
    ("mac=52:54:00:00:00:02", "web web01 ttyS0"),
    (f"mac=52:54:00:99:99:99&macs=52:54:00:98:00:00,{MAC}",
     "web web01 ttyS0"),
    (f"uuid={UUID}", "web web01 ttyS0"),
    (f"uuid={UUID_SWAPPED.upper()}", "web web01 ttyS0"),
    ("serial=sn%20%201", "web web01 ttyS0"),
    ("asset=a1", "web web01 ttyS0"),
    ("mac=525400000003", "db db01 tty1"),
    # The heavier evidence wins.
    (f"mac={MAC}&serial=SN%202", "web web01 ttyS0"),
    (f"uuid={UUID}&serial=SN%201&mac=52:54:00:00:00:03", "web web01 ttyS0"),
])
def test_machine_is_found_by_its_evidence(small: Site, daemon: Daemon,
                                          query: str, expected: str) -> None:
    assert body(daemon, query) == f"echo {expected}"


@pytest.mark.parametrize("query", [
    "", "mac=52:54:00:00:00:09", "mac=00:00:00:00:00:00",
    "mac=ff:ff:ff:ff:ff:ff&serial=None",
    "uuid=03000200-0400-0500-0006-000700080009",
    "uuid=ffffffff-ffff-ffff-ffff-ffffffffffff&serial=0"])
def test_unknown_machine_is_denied(small: Site, daemon: Daemon,
                                   query: str) -> None:
    reply = daemon.get(f"/boot.ipxe?{query}")
    assert reply.status == 404
    assert b"nothing is known about" in reply.body


@pytest.mark.parametrize("key, query", [
    ("serial = To Be Filled By O.E.M.",
     "serial=To%20be%20filled%20by%20O.E.M."),
    ("uuid = 00000000-0000-0000-0000-000000000000",
     "uuid=00000000-0000-0000-0000-000000000000"),
    ("asset = Default string", "asset=Default%20string"),
    ("serial = XXXX", "serial=xxxx"), ("serial = house-default",
                                       "serial=HOUSE-default")])
def test_placeholder_identifies_nobody(small: Site, daemon: Daemon, key: str,
                                       query: str) -> None:
    small.write("site.conf", "unknown = deny\nvar.console = x\n"
                "placeholder = House-Default, other\n")
    small.write("hosts.d/more.conf", f"[more]\n{key}\nprofile = web\n")
    assert daemon.get(f"/boot.ipxe?{query}").status == 404


def test_tie_yields_409_and_neither_script(small: Site,
                                           daemon: Daemon) -> None:
    small.write("hosts.d/b.conf", "[b1]\nserial = CHASSIS\nprofile = web\n"
                "[b2]\nserial = CHASSIS\nprofile = db\nmac = 525400000022\n")
    reply = daemon.get("/boot.ipxe?serial=chassis")
    assert reply.status == 409
    assert b"b1 or b2" in reply.body or b"b2 or b1" in reply.body
    assert "retry-after" not in reply.headers
    # More evidence decides.
    assert body(daemon, "serial=CHASSIS&mac=525400000022") \
        == "echo db b2 ttyS0"
    assert "may be b" in daemon.log_text()


def test_condition_of_a_machine_excludes_it(small: Site,
                                            daemon: Daemon) -> None:
    small.write("hosts.d/c.conf", "[c]\nserial = S777\nmanufacturer = Acme\n"
                "profile = web\n")
    assert body(daemon, "serial=S777") == "echo web c ttyS0"
    assert body(daemon, "serial=S777&manufacturer=ACME") == "echo web c ttyS0"
    assert daemon.get("/boot.ipxe?serial=S777&manufacturer=Dell").status == 404


@pytest.mark.parametrize("profiles, expected", [
    ("web db", "db"), ("db web", "web"), ("web, db", "db"),
    ("web db ~db", "web"), ("web db web", "web"), ("web ~web db", "db"),
    ("web\nprofile = db", "db"), ("web\nprofile = db ~db", "web"),
    ("web fast", "web"), ("both", "db"), ("both ~db", "web")])
def test_rightmost_profile_with_a_script_wins(small: Site, daemon: Daemon,
                                              profiles: str,
                                              expected: str) -> None:
    small.write("profiles.d/both.conf", "profile = web db\n")
    small.write("hosts.d/p.conf",
                f"[p]\nmac = 525400aabbcc\nprofile = {profiles}\n")
    assert body(daemon, "mac=525400aabbcc").split()[1] == expected


def test_variables_come_from_the_nearest_owner(small: Site,
                                               daemon: Daemon) -> None:
    query = "mac=52:54:00:aa:bb:cc"
    machine = "[p]\nmac = 525400aabbcc\nprofile = web\n"
    small.write("hosts.d/p.conf", machine)
    assert body(daemon, query).endswith("p ttyS0")  # the site's
    machine = machine.replace("web", "fast web")
    small.write("hosts.d/p.conf", machine)
    assert body(daemon, query).endswith("p ttyS9")  # a profile's
    small.write("rules.d/1.conf", "[r]\nname = p\nvar.console = rule1\n")
    assert body(daemon, query).endswith("p rule1")
    small.write("rules.d/2.conf", "[r2]\nmac = 52:54:00:*\n"
                "var.console = rule2\n")
    assert body(daemon, query).endswith("p rule2")
    small.write("hosts.d/p.conf", machine + "var.console = own\n")
    assert body(daemon, query).endswith("p own")


def test_values_may_refer_to_names(small: Site, daemon: Daemon) -> None:
    small.write("site.conf", "unknown = deny\nvar.console = x\n"
                "var.base = http://{{server}}/assets\n"
                "var.kernel = {{base}}/{{name}}/{{serial|uri}}\n")
    small.write("profiles.d/web.ipxe", script("kernel {{kernel}}"))
    port = daemon.port
    assert body(daemon, f"mac={MAC}&serial=a%20b") == \
        f"kernel http://127.0.0.1:{port}/assets/web01/a%20b"
    # What the machine says still cannot become commands.
    small.write("profiles.d/web.ipxe", script("echo {{w}}"))
    small.write("site.conf", "var.console = x\nvar.w = {{serial}}\n")
    assert daemon.get(
        f"/boot.ipxe?mac={MAC}&serial=a%20||%20b").status == 400


def test_include_takes_a_file_in(small: Site, daemon: Daemon) -> None:
    small.write("profiles.d/common.inc", "set a {{console}}\n")
    small.write("profiles.d/web.ipxe",
                script("{{include common.inc}}echo {{ name }}"))
    assert body(daemon, f"mac={MAC}") == "set a ttyS0\necho web01"


def test_missing_variable_yields_500_and_its_line(small: Site,
                                                  daemon: Daemon) -> None:
    small.write("profiles.d/web.ipxe", script("\necho {{rack}}"))
    small.write("hosts.d/v.conf", "[v]\nmac=525400bb0000\nprofile=web\n"
                "var.rack = 7\n")
    assert body(daemon, "mac=525400bb0000") == "\necho 7"
    reply = daemon.get(f"/boot.ipxe?mac={MAC}")
    assert reply.status == 500
    assert b"profiles.d/web.ipxe:3: {{rack}}" in reply.body


@pytest.mark.parametrize("rule, query, matches", [
    ("mac = 52:54:00:12:34:56", "mac=525400123456", True),
    ("mac = 52:54:00:12:34:56", "mac=525400123457", False),
    ("mac = 52:54:00", "mac=525400123456", True),
    ("mac = 52:54:0", "mac=525400123456", None),
    ("mac = 52:54:00:*", "mac=525400123456", True),
    ("mac = 52:54:00:??:34:*", "mac=525400123456", True),
    ("mac = 52:54:00:??:35:*", "mac=525400123456", False),
    ("mac = 525400aaaaaa, 525400bbbbbb", "mac=525400BBBBBB", True),
    ("macs = 52:54:00", "macs=001122334455,525400123456", True),
    ("product = PowerEdge*", "product=PowerEdge%20R640", True),
    ("product = *R640", "product=poweredge%20r640", True),
    ("product = \"A, B\", C", "product=a%2C%20b", True),
    ("product = !Power*", "product=PowerEdge", False),
    ("product = !Power*", "product=ProLiant", True),
    ("product = *, !Power*", "", False),
    ("product = !Power*", "", True),
    ("ip = 10.0.0.0/8", "ip=10.200.3.4", True),
    ("ip = 10.0.0.0/8", "ip=11.0.0.1", False),
    ("ip = 10.0.0.0/8", "ip=nonsense", False),
    ("ip = 10.1.2.0/23", "ip=10.1.3.255", True),
    ("ip = 2001:db8::/33", "ip=2001:db8:7fff::1", True),
    ("ip = 2001:db8::/33", "ip=2001:db8:8000::1", False),
    ("ip = 10.0.0.0/33", "", None),
    ("client = 127.0.0.0/8", "", True),
    ("client = 192.0.2.0/24", "", False),
    ("arch = x86_64, arm64\nplatform = efi", "arch=arm64&platform=efi", True),
    ("arch = x86_64, arm64\nplatform = efi", "arch=arm64&platform=pcbios",
     False),
    ("known = no", "", True), ("known = yes", "", False),
    ("known = maybe", "", None),
    (f"uuid = {UUID.upper()}", f"uuid={UUID}", True),
    ("serial = 1, 2, 3, 4, 5, 6, 7, 8, 9", "serial=7", True),
    ("serial = 1, 2, 3, 4, 5, 6, 7, 8, 9", "serial=77", False),
    ("nosuch = 1", "", None), ("mac =", "", None),
])
def test_rule_matches(site: Site, daemon: Daemon, rule: str, query: str,
                      matches: bool | None) -> None:
    site.write("profiles.d/p.ipxe", script("echo by rule"))
    site.write("default.ipxe", script("echo default"))
    site.write("rules.d/10.conf", f"[r]\n{rule}\nprofile = p\n")
    expected = "echo by rule" if matches else "echo default"
    if matches is None:
        health = daemon.get("/healthz").body
        assert health.startswith(b"stale\n") and b"rules.d/10.conf:2" in health
    else:
        assert body(daemon, query) == expected


def test_later_rule_wins_and_machine_wins_over_it(small: Site,
                                                  daemon: Daemon) -> None:
    small.write("rules.d/20-a.conf", "[a]\nmac = 52:54:00\nprofile = web\n")
    small.write("rules.d/30-b.conf", "[b]\nmac = 52:54:00\nprofile = db\n")
    small.write("rules.d/10-c.conf", "[c]\nprofile = web\n")
    assert body(daemon, "mac=525400ffff00") == "echo db  ttyS0"
    assert body(daemon, f"mac={MAC}") == "echo web web01 ttyS0"
    small.write("rules.d/40-d.conf", "[d]\nmac = 52:54:00\nprofile = ~db\n")
    assert body(daemon, "mac=525400ffff00") == "echo web  ttyS0"


@pytest.mark.parametrize("name, query", [
    ("hosts/01-52-54-00-12-34-56", "mac=525400123456"),
    ("01-52-54-00-12-34-56", "mac=525400123456"),
    ("hosts/mac-525400123456.ipxe", "mac=525400123456"),
    ("MAC-525400123456.ipxe", "mac=525400123456"),
    ("mac-52-54-00-12-34-56.ipxe", "mac=525400123456"),
    (f"uuid-{UUID}.ipxe", f"uuid={UUID_SWAPPED}"),
    (f"hosts/{UUID.upper()}", f"uuid={UUID}"),
    ("hosts/web77.ipxe", "hostname=WEB77"),
    ("hosts/web77.example.org.ipxe", "hostname=web77.example.org"),
    ("HOSTNAME-web77.ipxe", "hostname=web77"),
    ("serial-S1.ipxe", "serial=s1"),
    # The name that hosts.d knows it by.
    ("hosts/db01.ipxe", "serial=SN%202"),
    # In front of its profiles.
    ("hosts/525400000001.ipxe", f"mac={MAC}"),
])
def test_dropin_is_found_by_its_name(small: Site, daemon: Daemon, name: str,
                                     query: str) -> None:
    small.write(name, script("echo drop-in"))
    assert body(daemon, query) == "echo drop-in"
    (small.path / name).unlink()
    reply = daemon.get(f"/boot.ipxe?{query}")
    assert b"drop-in" not in reply.body


def test_default_without_ending_is_the_default(site: Site,
                                               daemon: Daemon) -> None:
    site.write("default", script("echo default"))
    assert body(daemon, "") == "echo default"


# Machines that are unknown, or not to boot.

def test_default_profile_answers_unknown_machines(small: Site,
                                                  daemon: Daemon) -> None:
    small.write("site.conf", "var.console = x\ndefault = db\n")
    assert body(daemon, "mac=525400ffff00") == "echo db  x"


def test_menu_offers_profiles_and_takes_only_those(small: Site,
                                                   daemon: Daemon) -> None:
    small.write("site.conf", "unknown = menu\nmenu = db\nvar.console = x\n")
    query = "mac=52:54:00:ff:ff:00"
    menu = body(daemon, query)
    assert "\nitem db db\n" in menu and "web" not in menu
    url = f"http://127.0.0.1:{daemon.port}/boot.ipxe?mac=52-54-00-ff-ff-00"
    assert url in menu and "&choice=${choice}" in menu
    assert body(daemon, f"{query}&choice=db") == "echo db  x"
    assert "menu " in body(daemon, f"{query}&choice=web")
    # A known machine has no choice.
    assert body(daemon, f"mac={MAC}&choice=db") == "echo web web01 x"


def test_quarantine_says_who_waits(small: Site, daemon: Daemon) -> None:
    small.write("site.conf", "unknown = quarantine\nvar.console = x\n")
    text = body(daemon, "mac=52:54:00:ff:ff:00")
    assert "waits" in text and "52-54-00-ff-ff-00" in text
    assert "chain " in text
    small.write("site.conf", "unknown = quarantine\nquarantine = db\n"
                "var.console = x\n")
    assert body(daemon, "mac=52:54:00:ff:ff:00") == "echo db  x"


def test_disabled_machine_is_not_unknown(small: Site, daemon: Daemon) -> None:
    small.write("site.conf", "unknown = default\ndefault = db\n"
                "var.console = x\n")
    small.write("hosts.d/d.conf", "[d]\nmac=525400dddddd\nprofile=web\n"
                "disabled = yes\n")
    text = body(daemon, "mac=525400dddddd")
    assert "exit 0" in text and "web" not in text and "db" not in text
    small.write("site.conf", "disabled = deny\nvar.console = x\n")
    reply = daemon.get("/boot.ipxe?mac=525400dddddd")
    assert reply.status == 404 and b"d is disabled" in reply.body
    small.write("site.conf", "disabled = db\nvar.console = x\n")
    assert body(daemon, "mac=525400dddddd") == "echo db d x"


# Loading.

@pytest.mark.parametrize("name, text, where", [
    ("site.conf", "unknown = perhaps\n", "site.conf:1"),
    ("site.conf", "\nunknwon = deny\n", "site.conf:2"),
    ("site.conf", "default = nosuch\n", "site.conf:1"),
    ("site.conf", "unknown = menu\n", "site.conf: unknown = menu"),
    ("site.conf", "[x]\n", "site.conf:1"),
    ("site.conf", "var.name = x\n", "site.conf:1"),
    ("site.conf", "var.a = {{nosuch}}\n", "site.conf:1"),
    ("hosts.d/x.conf", "[x]\nmac = 52:54\n", "hosts.d/x.conf:2"),
    ("hosts.d/x.conf", "[x]\nuuid = 1\n", "hosts.d/x.conf:2"),
    ("hosts.d/x.conf", "[x]\nprofil = web\n", "hosts.d/x.conf:2"),
    ("hosts.d/x.conf", "[x]\n\nprofile = nosuch\n", "hosts.d/x.conf:3"),
    ("hosts.d/x.conf", "[web01]\n", "hosts.d/x.conf:1"),
    ("hosts.d/x.conf", "[a b]\n", "hosts.d/x.conf:1"),
    ("hosts.d/x.conf", "mac = 525400000000\n", "hosts.d/x.conf:1"),
    ("hosts.d/x.conf", "[x\n", "hosts.d/x.conf:1"),
    ("hosts.d/x.conf", "[x]\nwords\n", "hosts.d/x.conf:2"),
    ("hosts.d/x.conf", "[x]\nserial = a\x01b\n", "hosts.d/x.conf:2"),
    ("hosts.d/x.conf", "[x]\ndisabled = true\n", "hosts.d/x.conf:2"),
    ("profiles.d/x.ipxe", "echo x\n", "profiles.d/x.ipxe is not a script"),
    ("profiles.d/x.ipxe", script("{{nosuch}}"), "profiles.d/x.ipxe:2"),
    ("profiles.d/x.ipxe", script("\n{{include ../site.conf}}"),
     "profiles.d/x.ipxe:3"),
    ("profiles.d/x.ipxe", script("{{include x.ipxe}}"), "profiles.d/x.ipxe:2"),
    ("profiles.d/x.conf", "profile = x\n", "profiles.d/x.conf"),
    ("profiles.d/a b.ipxe", script(""), "profiles.d/a b.ipxe"),
    ("rules.d/x.conf", "profile = web\n", "rules.d/x.conf:1"),
    ("rules.d/x.conf", "[x]\nmac = \"a\n", "rules.d/x.conf:2"),
])
def test_site_that_does_not_load_leaves_the_old_one_serving(
        small: Site, daemon: Daemon, name: str, text: str,
        where: str) -> None:
    assert body(daemon, f"mac={MAC}") == "echo web web01 ttyS0"
    old = (small.path / name).read_text() if name == "site.conf" else None
    small.write("hosts.d/new.conf", "[new]\nmac = 525400eeeeee\n"
                "profile = web\n")
    small.write(name, text)
    assert body(daemon, f"mac={MAC}") == "echo web web01 ttyS0"
    assert daemon.get("/boot.ipxe?mac=525400eeeeee").status == 404
    health = daemon.get("/healthz")
    assert health.status == 200
    assert health.body.startswith(b"stale\n")
    assert where in health.body.decode()
    assert where in daemon.log_text()
    # Put right, it is served.
    if old is None:
        (small.path / name).unlink()
    else:
        small.write(name, old)
    assert daemon.get("/healthz").body.startswith(b"ok\n")
    assert body(daemon, "mac=525400eeeeee") == "echo web new ttyS0"


def test_change_is_noticed_without_a_signal(small: Site,
                                            daemon: Daemon) -> None:
    daemon.settle()

    def answer() -> bytes:
        return daemon.ask("GET", f"/boot.ipxe?mac={MAC}").body

    assert b"echo web " in answer()
    for name, text, expected in [
            ("profiles.d/web.ipxe", script("echo one"), b"echo one"),
            ("hosts/525400000001.ipxe", script("echo two"), b"echo two")]:
        small.write(name, text)
        daemon.wait_for(lambda: expected in answer())
    (small.path / "hosts/525400000001.ipxe").unlink()
    daemon.wait_for(lambda: b"echo one" in answer())
    # A file behind a link, in a directory that is no part of the format.
    small.write("elsewhere/x.ipxe", script("echo three"))
    (small.path / "hosts/525400000001.ipxe").symlink_to("../elsewhere/x.ipxe")
    daemon.wait_for(lambda: b"echo three" in answer())
    small.write("elsewhere/x.ipxe", script("echo four"))
    daemon.wait_for(lambda: b"echo four" in answer())


def test_reload_fails_no_request(small: Site, daemon: Daemon) -> None:
    daemon.settle()
    stop = threading.Event()
    wrong: list[str] = []
    done: list[int] = []

    def ask() -> None:
        connection = daemon.http()
        count = 0
        while not stop.is_set():
            connection.request("GET", f"/boot.ipxe?mac={MAC}&asset=a{count}")
            reply = connection.getresponse()
            text = reply.read()
            if reply.status != 200 or b"echo web web01 ttyS0" not in text:
                wrong.append(f"{reply.status} {text!r}")
            count += 1
        done.append(count)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(20):
        small.write(f"hosts.d/n{number}.conf",
                    f"[n{number}]\nmac = 5254000001{number:02x}\n")
        daemon.loaded = small.fingerprint()
        daemon.reload()
    stop.set()
    for thread in threads:
        thread.join(20)
    assert not wrong, wrong[:3]
    assert sum(done) > 100


def test_site_that_never_loaded_is_not_served(site: Site) -> None:
    site.write("site.conf", "nosuch = 1\n")
    with pytest.raises(RuntimeError, match="site.conf:1"):
        Daemon(site)


def test_script_has_an_etag(small: Site, daemon: Daemon) -> None:
    path = f"/boot.ipxe?mac={MAC}"
    first = daemon.get(path)
    etag = first.headers["etag"]
    same = daemon.get(path, If_None_Match=etag)
    assert (same.status, same.body) == (304, b"")
    small.write("site.conf", "unknown = deny\nvar.console = ttyS5\n")
    other = daemon.get(path, If_None_Match=etag)
    assert other.status == 200 and other.headers["etag"] != etag
    assert b"ttyS5" in other.body


def test_answers_depend_on_all_that_they_are_made_of(small: Site,
                                                     daemon: Daemon) -> None:
    """The second of two like requests comes from memory."""
    small.write("profiles.d/web.ipxe", script("echo {{serial}} {{server}}"))
    path = f"/boot.ipxe?mac={MAC}&serial="
    for _ in range(2):
        for serial in ("a", "b"):
            for host in ("one", "two"):
                reply = daemon.get(path + serial, Host=host)
                assert reply.body == f"#!ipxe\necho {serial} {host}\n".encode()


def test_client_address_is_part_of_the_answer(small: Site,
                                              daemon: Daemon) -> None:
    small.write("profiles.d/web.ipxe", script("echo {{client}}"))
    daemon.settle()
    for address in ("127.0.0.1", "127.0.0.2", "127.0.0.1"):
        connection = http.client.HTTPConnection(
            "127.0.0.1", daemon.port, timeout=WAIT,
            source_address=(address, 0))
        connection.request("GET", f"/boot.ipxe?mac={MAC}",
                           headers={"Host": "same"})
        text = connection.getresponse().read().decode()
        connection.close()
        assert text == f"#!ipxe\necho {address}\n"


def test_explain_says_what_won_and_why_others_lost(small: Site,
                                                   daemon: Daemon) -> None:
    small.write("rules.d/1.conf", "[lab]\nip = 192.0.2.0/24\nprofile = db\n")
    reply = daemon.get(f"/explain?mac={MAC}&serial=None")
    text = reply.body.decode()
    assert reply.status == 200
    for line in ("speaks for web01 (hosts.d/all.conf:4): 20",
                 'serial "None" is a placeholder: ignored',
                 "rule lab (rules.d/1.conf:1) does not match: "
                 "ip is not 192.0.2.0/24",
                 "profile web, named by web01, wins",
                 '{{console}} is "ttyS0", from site.conf:2',
                 "echo web web01 ttyS0"):
        assert line in text, text
    text = daemon.get("/explain?mac=525400999999").body.decode()
    assert "No answer: " in text


def test_many_machines_load_quickly(site: Site) -> None:
    """20,000 here; the bound is generous, quadratic work would exceed it."""
    site.write("profiles.d/p.ipxe", script("echo {{name}}"))
    site.write("hosts.d/all.conf", "".join(
        f"[n{n}]\nmac = 52:54:00:{n >> 16:02x}:{n >> 8 & 255:02x}:"
        f"{n & 255:02x}\nserial = SAME\nprofile = p\n"
        for n in range(20000)))
    start = time.monotonic()
    daemon = Daemon(site)
    try:
        assert time.monotonic() - start < 10
        assert body(daemon, "mac=525400004e1f") == "echo n19999"
        # A serial number that everybody has says nothing.
        assert body(daemon, "mac=525400000007&serial=SAME") == "echo n7"
        assert daemon.get("/boot.ipxe?serial=SAME").status == 404
    finally:
        assert daemon.stop() == 0
