# SPDX-License-Identifier: BSD-2-Clause-Patent
"""unloop check, explain and diff: what they say about a site."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from unloopd import UNLOOPD, WAIT, Site, environment

UNLOOP = UNLOOPD.parent / "unloop"

WEB = """#!ipxe
kernel http://{{server}}/assets/vmlinuz console={{console}} || goto failed
boot
:failed
shell
"""


def unloop(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(UNLOOP), *arguments], capture_output=True,
                          text=True, timeout=WAIT, env=environment())


@pytest.fixture
def good(site: Site) -> Site:
    site.write("site.conf", "unknown = deny\nvar.console = ttyS0\n")
    site.write("profiles.d/web.ipxe", WEB)
    site.write("assets/vmlinuz", "kernel")
    site.write("hosts.d/a.conf", "[a]\nmac = 52:54:00:00:00:01\n"
               "serial = SN1\nprofile = web\n"
               "[b]\nmac = 52:54:00:00:00:02\nserial = SN2\nprofile = web\n")
    return site


@pytest.fixture
def other(good: Site) -> Iterator[Site]:
    """A copy of the good site, to be changed."""
    copy = Site()
    shutil.copytree(good.path, copy.path, dirs_exist_ok=True)
    yield copy
    copy.remove()


def test_help_names_every_command_and_yields_0() -> None:
    result = unloop("--help")
    assert result.returncode == 0 and not result.stderr
    for command in ("check", "explain", "diff"):
        assert f"unloop {command} " in result.stdout
        more = unloop(command, "--help")
        assert more.returncode == 0
        assert more.stdout.startswith(f"Usage: unloop {command} ")


@pytest.mark.parametrize("arguments", [
    [], ["nosuch"], ["check"], ["check", "a", "b"], ["check", "-x"],
    ["explain"], ["diff", "a"], ["diff", "-x", "a", "b"]])
def test_wrong_arguments_yield_2(arguments: list[str]) -> None:
    assert unloop(*arguments).returncode == 2


def test_check_of_a_good_site_yields_0(good: Site) -> None:
    result = unloop("check", str(good.path))
    assert result.returncode == 0, result.stdout
    assert result.stdout.endswith("1 scripts, 1 files, problems: 0\n")


@pytest.mark.parametrize("name, text, finding", [
    ("hosts.d/b.conf", "[c]\nmac = 52:54:00:00:00:01\nprofile = web\n",
     "hosts.d/a.conf:2: This mac of a is also that of c"),
    ("hosts.d/b.conf", "[c]\nserial = sn1\nmac=5254000000aa\nprofile = web\n",
     "This serial of a is also that of c"),
    ("hosts.d/b.conf", "[c]\nserial = To be filled by O.E.M.\n"
     "mac=5254000000aa\nprofile=web\n", "hosts.d/b.conf:2: This serial of c "
     "is a placeholder"),
    ("hosts.d/b.conf", "[c]\nmac=5254000000aa\n",
     "c gets no script: "),
    ("hosts.d/b.conf", "[c]\nmac=5254000000aa\nprofil=web\n",
     "hosts.d/b.conf:3: \"profil\" is not a key"),
    ("profiles.d/x.ipxe", "#!ipxe\necho {{nosuch}}\n",
     "profiles.d/x.ipxe:2: {{nosuch}}"),
    ("profiles.d/web.ipxe", WEB.replace("vmlinuz", "vmlinux"),
     "profiles.d/web.ipxe:2: assets/vmlinux, which it fetches, is not there"),
    ("profiles.d/web.ipxe", WEB.replace(":failed", ":fail"),
     "profiles.d/web.ipxe:2: There is no label :failed"),
    ("profiles.d/web.ipxe", WEB + ":failed\n",
     "profiles.d/web.ipxe:6: The label :failed stands twice"),
    ("profiles.d/web.ipxe", WEB.replace("shell", "shel"),
     "profiles.d/web.ipxe:5: There is no command shel"),
    ("rules.d/1.conf", "[one]\nmac = 52:54:00:01\nprofile = web\n"
     "[two]\nmac = 52:54:00\nprofile = web\n",
     "rules.d/1.conf:1: The rule one is never of any effect: two"),
    ("rules.d/1.conf", "[one]\nip = 10.1.0.0/16\narch = arm64\nprofile = web\n"
     "[two]\nip = 10.0.0.0/8\nprofile = web\n",
     "rules.d/1.conf:1: The rule one is never of any effect: two"),
    # Nobody gets these unless somebody orders it.
    ("profiles.d/inst.ipxe", "#!ipxe\nkernel http://{{server}}/assets/none "
     "done={{confirm}} host={{name}}\nboot\n",
     "profiles.d/inst.ipxe:2: assets/none, which it fetches, is not there"),
    ("profiles.d/inst.ipxe", "#!ipxe\nbot\n",
     "profiles.d/inst.ipxe:2: There is no command bot"),
    ("hosts/web01.txt", "#!ipxe\n", "hosts/web01.txt is never asked for"),
])
def test_check_names_the_mistake(good: Site, name: str, text: str,
                                 finding: str) -> None:
    good.write(name, text)
    result = unloop("check", str(good.path))
    assert result.returncode == 1
    assert finding in result.stdout
    assert ", problems: 1\n" in result.stdout, result.stdout


@pytest.mark.parametrize("rules", [
    "[one]\nip = 10.0.0.0/8\nprofile = web\n"
    "[two]\nip = 10.1.0.0/16\nprofile = web\n",
    "[one]\nmac = 52:54:00:01\nprofile = web\n"
    "[two]\nmac = 52:54:00\narch = arm64\nprofile = web\n",
    "[one]\nmac = 52:54:00:01\nprofile = web\nvar.a = 1\n"
    "[two]\nmac = 52:54:00\nprofile = web\n",
])
def test_rules_of_some_effect_pass(good: Site, rules: str) -> None:
    good.write("rules.d/1.conf", rules)
    result = unloop("check", str(good.path))
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("arguments", [
    ["mac=52:54:00:00:00:01"],
    ["http://boot/boot.ipxe?mac=52-54-00-00-00-01&serial="]])
def test_explain_prints_decision_and_script(good: Site,
                                            arguments: list[str]) -> None:
    result = unloop("explain", "-s", str(good.path), *arguments)
    assert result.returncode == 0
    assert "It is a, with a weight of 20" in result.stdout
    assert "console=ttyS0 || goto failed\n" in result.stdout
    assert '{{console}} is "ttyS0", from site.conf:2' in result.stdout


@pytest.mark.parametrize("argument, status", [
    ("mac=52:54:00:00:00:99", 1), ("mac=1", 2), ("nosuch=1", 2), ("mac", 2)])
def test_explain_without_answer_yields_its_status(good: Site, argument: str,
                                                  status: int) -> None:
    result = unloop("explain", "-s", str(good.path), argument)
    assert result.returncode == status


def test_diff_of_the_same_yields_0(good: Site, other: Site) -> None:
    result = unloop("diff", str(good.path), str(other.path))
    assert result.returncode == 0
    assert result.stdout == "0 changed, 3 same; 0 added, 0 removed\n"


def test_diff_names_whom_a_change_touches(good: Site, other: Site) -> None:
    other.write("hosts.d/a.conf", "[a]\nmac = 52:54:00:00:00:01\n"
                "serial = SN1\nprofile = web\nvar.console = ttyS1\n"
                "[c]\nmac = 52:54:00:00:00:03\nprofile = web\n")
    other.write("hosts/52-54-00-00-00-04.ipxe", "#!ipxe\n")
    result = unloop("diff", str(good.path), str(other.path))
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert "a: profiles.d/web.ipxe for a -> profiles.d/web.ipxe for a" in lines
    assert {"- b", "+ c", "+ hosts/52-54-00-00-00-04.ipxe"} <= set(lines)
    assert lines[-1] == "4 changed, 1 same; 2 added, 1 removed"
    quiet = unloop("diff", "-q", str(good.path), str(other.path))
    assert quiet.stdout == lines[-1] + "\n"


RULES = "[one]\nip = 10.0.0.0/8\nprofile = web\n[two]\narch = arm64\n" \
    "profile = web\nvar.a = 1\n"


@pytest.mark.parametrize("name, text, found", [
    ("rules.d/1.conf", RULES.replace("10.0", "10.1"), ["changed: rule one"]),
    ("rules.d/1.conf", RULES.replace("a = 1", "a = 2"), ["changed: rule two"]),
    ("rules.d/1.conf", RULES.replace("profile = web\nvar", "profile = ~web\nvar"),
     ["changed: rule two"]),
    ("rules.d/1.conf", RULES + "[three]\nnic = x\nprofile = web\n",
     ["+ rule three"]),
    ("rules.d/1.conf", RULES.split("[two]")[0], ["- rule two"]),
    ("rules.d/1.conf", "[two]" + RULES.split("[two]")[1]
     + RULES.split("[two]")[0], ["changed: the order of rules"]),
    ("rules.d/1.conf", "# a comment\n" + RULES, []),
    ("profiles.d/inst.ipxe", "#!ipxe\necho other {{x|default:}}\n",
     ["changed: profile inst"]),
    ("profiles.d/inst.conf", "var.x = 2\n", ["changed: profile inst"]),
    ("profiles.d/more.ipxe", "#!ipxe\n", ["+ profile more"])])
def test_diff_names_rules_and_profiles_that_differ(
        good: Site, other: Site, name: str, text: str,
        found: list[str]) -> None:
    """They may touch machines of which no file knows."""
    for site in (good, other):
        site.write("rules.d/1.conf", RULES)
        site.write("profiles.d/inst.ipxe", "#!ipxe\necho {{x|default:}}\n")
        site.write("profiles.d/inst.conf", "var.x = 1\n")
    other.write(name, text)
    result = unloop("diff", str(good.path), str(other.path))
    assert result.stdout.splitlines()[:-1] == found, result.stdout
    assert result.returncode == (1 if found else 0)


def test_diff_with_a_broken_site_yields_2(good: Site, other: Site) -> None:
    other.write("site.conf", "nosuch = 1\n")
    result = unloop("diff", str(good.path), str(other.path))
    assert result.returncode == 2
    assert "site.conf:1" in result.stderr
