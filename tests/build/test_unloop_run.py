# SPDX-License-Identifier: BSD-2-Clause-Patent
"""unloop run: what a script would boot, from files, without a network."""
from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "out"
TIMEOUT = 30


@pytest.fixture(scope="module")
def unloop() -> Iterator[Path]:
    """unloop and the firmware, installed where everybody may read them."""
    done = subprocess.run(
        ["make", "--no-print-directory", "out/bin/unloop", "out/bin/unloopd",
         "out/linux-x86_64/firmware"], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "MAKEFLAGS": ""}, timeout=600)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    with tempfile.TemporaryDirectory() as root:
        Path(root).chmod(0o755)
        subprocess.run(["scripts/install-files", "out", root, "/usr"], cwd=ROOT,
                       check=True, timeout=TIMEOUT)
        yield Path(root) / "usr/bin/unloop"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    (site / "a").mkdir(parents=True)
    kernel = bytearray(1000)
    kernel[0x202:0x206] = b"HdrS"
    (site / "a/vmlinuz").write_bytes(kernel)
    (site / "initrd").write_bytes(b"x" * 70000)
    (tmp_path / "secret").write_text("secret")
    (site / "link").symlink_to("../secret")
    return site


def run(unloop: Path, tmp_path: Path, script: str,
        *words: str | Path) -> subprocess.CompletedProcess[str]:
    path = tmp_path / "boot.ipxe"
    path.write_text("#!ipxe\n" + script)
    return subprocess.run([unloop, "run", *words, path], text=True, timeout=TIMEOUT,
                          stdin=subprocess.DEVNULL, capture_output=True)


def test_what_would_be_booted_is_printed(
        unloop: Path, tmp_path: Path, site: Path) -> None:
    done = run(unloop, tmp_path, "kernel http://one.example:8080/a/vmlinuz?x=${who} "
               "who=${who} quiet\ninitrd http://two.example/initrd\nboot\n",
               "--set", "who=me", "--http", site)
    assert done.stdout.splitlines()[-3:] == [
        "boot: kernel vmlinuz, 1000 bytes, from "
        "http://one.example:8080/a/vmlinuz?x=me",
        "boot: command line: who=me quiet",
        "boot: initrd initrd, 70000 bytes, from http://two.example/initrd"]
    assert done.returncode == 0


def test_script_is_fetched_and_its_relative_paths_follow(
        unloop: Path, tmp_path: Path, site: Path) -> None:
    (site / "a/next.ipxe").write_text("#!ipxe\nimgfetch vmlinuz || exit 9\nexit 4\n")
    done = run(unloop, tmp_path, "chain http://h/a/next.ipxe || exit ${errno}\n",
               "--http", site)
    assert done.returncode == 4


@pytest.mark.parametrize("path", ["link", "../secret", "%2e%2e/secret", "a/../../secret",
                                  "/../secret", "a", "", "none"])
def test_path_that_is_no_file_of_the_folder_fails(
        path: str, unloop: Path, tmp_path: Path, site: Path) -> None:
    done = run(unloop, tmp_path, f"imgfetch http://h/{path} || exit 3\n", "--http", site)
    assert done.returncode == 3, done.stdout


def test_exit_code_is_the_scripts(unloop: Path, tmp_path: Path) -> None:
    assert run(unloop, tmp_path, "exit 7\n").returncode == 7
    assert run(unloop, tmp_path, "echo\n").returncode == 0
    assert run(unloop, tmp_path, "iseq a b\n").returncode == 1


@pytest.mark.parametrize("scheme", ["http", "tftp"])
def test_without_a_folder_a_fetch_fails_and_says_why(
        scheme: str, unloop: Path, tmp_path: Path) -> None:
    done = run(unloop, tmp_path, f"imgfetch {scheme}://h/a/vmlinuz || exit 6\n")
    assert done.returncode == 6
    assert "there is no network here; with --http DIR" in done.stdout


def test_wrong_command_line_yields_2(unloop: Path, tmp_path: Path) -> None:
    assert run(unloop, tmp_path, "", "--set", "x").returncode == 2
    assert run(unloop, tmp_path, "", "--http", tmp_path / "none").returncode == 2
    assert run(unloop, tmp_path, "", "another").returncode == 2


def test_works_without_root(unloop: Path) -> None:
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("this is not root, or cannot become somebody else")
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c",
         'cd "$(mktemp -d)"; mkdir d; echo hello >d/f; printf "#!ipxe\\nimgfetch '
         'http://h/f || exit 2\\nexit 5\\n" >s; exec "$0" run --http d s',
         str(unloop)], capture_output=True, text=True, timeout=TIMEOUT,
        stdin=subprocess.DEVNULL)
    assert done.returncode == 5, done.stdout + done.stderr


def test_firmware_that_is_not_there_is_said(unloop: Path, tmp_path: Path) -> None:
    alone = tmp_path / "bin/unloop"
    alone.parent.mkdir()
    shutil.copy(unloop, alone)
    done = run(alone, tmp_path, "exit 7\n")
    assert done.returncode == 1
    assert "not beside this one" in done.stderr
