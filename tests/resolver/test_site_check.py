# SPDX-License-Identifier: BSD-2-Clause-Patent
"""unloopd -n: a good site passes, each mistake is named."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from unloopd import UNLOOPD, WAIT, Site, environment

SCRIPT = "#!ipxe\necho {{mac|default:none}} ${net0/mac}\n"


def check(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = environment()
    env["ASAN_OPTIONS"] = "detect_leaks=0"
    return subprocess.run([str(UNLOOPD), "-n", *arguments, str(site.path)],
                          capture_output=True, text=True, timeout=WAIT,
                          env=env)


@pytest.fixture
def good(site: Site) -> Site:
    site.write("default.ipxe", SCRIPT)
    site.write("hosts/52-54-00-12-34-56.ipxe", SCRIPT)
    site.write("hosts/4c4c4544-0042-3510-8052-b4c04f4a4e31.ipxe", SCRIPT)
    site.write("hosts/.gitkeep", "")
    site.write("profiles/web.ipxe", SCRIPT)
    (site.path / "hosts/52-54-00-12-34-57.ipxe").symlink_to(
        "../profiles/web.ipxe")
    site.write("assets/linux/6.1/vmlinuz", b"kernel")
    (site.path / "assets/linux/current").symlink_to("6.1")
    site.write("firmware/undionly.kpxe", b"UNDI")
    return site


def test_good_site_yields_0(good: Site) -> None:
    result = check(good)
    assert result.returncode == 0, result.stdout
    assert result.stdout.endswith("4 scripts, 3 files, problems: 0\n")
    assert result.stderr == ""


def test_missing_default_yields_note_and_0(good: Site) -> None:
    (good.path / "default.ipxe").unlink()
    result = check(good)
    assert result.returncode == 0
    assert "note: there is no default.ipxe" in result.stdout


def test_empty_site_yields_0(site: Site) -> None:
    assert check(site).returncode == 0


def break_magic(path: Path) -> None:
    (path / "default.ipxe").write_text("echo hi\n")


def break_name(path: Path) -> None:
    (path / "hosts/web01.txt").write_text(SCRIPT)


def break_twice(path: Path) -> None:
    (path / "hosts/52-54-00-AB-CD-EF.ipxe").write_text(SCRIPT)
    (path / "hosts/525400abcdef").write_text(SCRIPT)


def break_template(path: Path) -> None:
    (path / "default.ipxe").write_text("#!ipxe\n\necho {{mac}} {{nosuch}}\n")


def break_syntax(path: Path) -> None:
    (path / "profiles/web.ipxe").write_text("#!ipxe\necho {{mac\n}}\n")


def break_autoexec(path: Path) -> None:
    (path / "autoexec.ipxe").write_text("no script")


def break_link(path: Path) -> None:
    (path / "assets/passwd").symlink_to("/etc/passwd")


def break_dangling(path: Path) -> None:
    (path / "hosts/52-54-00-12-34-58.ipxe").symlink_to("gone.ipxe")


def break_dangling_asset(path: Path) -> None:
    (path / "assets/linux/old").symlink_to("5.10")


def break_folder(path: Path) -> None:
    (path / "hosts/52-54-00-12-34-59.ipxe").mkdir()


def break_fifo(path: Path) -> None:
    os.mkfifo(path / "firmware/fifo")


def break_assets(path: Path) -> None:
    (path / "assets").rename(path / "elsewhere")
    (path / "assets").symlink_to("/etc")


@pytest.mark.parametrize("damage, finding", [
    (break_magic, "default.ipxe is not a script"),
    (break_name, "hosts/web01.txt is never asked for"),
    (break_twice, "are for the same machine"),
    (break_template, "default.ipxe:3: {{nosuch}}"),
    (break_syntax, "hosts/52-54-00-12-34-57.ipxe:2: {{ has no }}"),
    (break_autoexec, "autoexec.ipxe is not a script"),
    (break_link, "assets/passwd cannot be served"),
    (break_dangling, "hosts/52-54-00-12-34-58.ipxe cannot be read"),
    (break_dangling_asset, "assets/linux/old cannot be served"),
    (break_folder, "hosts/52-54-00-12-34-59.ipxe cannot be read"),
    (break_fifo, "firmware/fifo cannot be served"),
    (break_assets, "assets cannot be served"),
])
def test_mistake_yields_1_and_its_file(good: Site, damage, finding) -> None:
    damage(good.path)
    result = check(good)
    assert result.returncode == 1
    assert finding in result.stdout
    assert ", problems: 1\n" in result.stdout


def test_several_mistakes_are_all_named(good: Site) -> None:
    good.write("default.ipxe", "#!ipxe\n{{a}}\n{{b}} {{c|x}}\n{{mac|x}}\n")
    result = check(good)
    for finding in ("default.ipxe:2: {{a}}", "default.ipxe:3: {{b}}",
                    "default.ipxe:3: {{c}}", 'default.ipxe:4: "x"'):
        assert finding in result.stdout
    assert ", problems: 4\n" in result.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is dropped")
def test_file_unreadable_for_the_daemon_yields_1(good: Site) -> None:
    (good.path / "assets/linux/6.1/vmlinuz").chmod(0o600)
    (good.path / "default.ipxe").chmod(0o600)
    result = check(good, "-u", "nobody")
    assert result.returncode == 1
    assert "may not read it" in result.stdout
    assert ", problems: 2\n" in result.stdout


def test_missing_site_yields_1(site: Site) -> None:
    site.path = site.path / "nosuch"
    result = check(site)
    assert result.returncode == 1
    assert "cannot be opened: No such file" in result.stdout
