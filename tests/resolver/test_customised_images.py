# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Boot programs get the resolver's own address on their way out."""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

import pytest

from unloopd import ROOT, UNLOOPD, WAIT, Daemon, Site, environment

OUT = Path(os.environ.get("O") or ROOT / "out").absolute()
EFI = OUT / "x86_64-efi/snponly.efi"
AGENT = "UefiHttpBoot/1.0"
PATH = "/firmware/x86_64-efi/snponly.efi"

if not EFI.exists():
    pytest.skip(f"{EFI} is not built", allow_module_level=True)


def customised(folder: Path, *arguments: str) -> bytes:
    """What unloop customise makes of the same program."""
    done = subprocess.run(
        [UNLOOPD.parent / "unloop", "customise", *arguments, "-o",
         folder / "made.efi", EFI], capture_output=True, text=True,
        timeout=WAIT, env=environment())
    assert done.returncode == 0, done.stderr
    return (folder / "made.efi").read_bytes()


@pytest.fixture
def serving(site: Site, daemon: Daemon) -> Daemon:
    site.write("default.ipxe", "#!ipxe\necho default\n")
    site.write(PATH[1:], EFI.read_bytes())
    return daemon


def test_http_boot_yields_image_with_our_address(serving: Daemon,
                                                 tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{serving.port}/boot.ipxe"
    wanted = customised(tmp_path, "--set", f"resolver={url}")
    for query in ("", "?arch=x86_64", "?arch=amd64"):
        reply = serving.get("/boot.ipxe" + query, User_Agent=AGENT)
        assert reply.status == 200 and reply.body == wanted
        assert reply.headers["content-length"] == str(len(wanted))
        assert reply.headers["content-type"] == "application/efi"
    assert serving.get(PATH).body == wanted
    # Everybody else gets the script at the same address.
    assert serving.get("/boot.ipxe").body == b"#!ipxe\necho default\n"


def test_head_tells_the_length_of_what_get_yields(serving: Daemon) -> None:
    reply = serving.get("/boot.ipxe", User_Agent=AGENT)
    head = serving.request("HEAD", "/boot.ipxe", {"User-Agent": AGENT})
    assert head.headers["content-length"] == str(len(reply.body))
    assert head.headers["etag"] == reply.headers["etag"]


def test_address_is_the_one_that_was_asked(serving: Daemon,
                                           tmp_path: Path) -> None:
    names = ["boot.example:8080", "10.0.0.1", "[2001:db8::1]:81"]
    tags = set()
    for name in names + names:
        reply = serving.get(PATH, Host=name)
        assert reply.body == customised(
            tmp_path, "--set", f"resolver=http://{name}/boot.ipxe")
        tags.add(reply.headers["etag"])
    assert len(tags) == 3


def test_address_that_is_none_changes_nothing(serving: Daemon) -> None:
    for name in ('a"b', "a/b", "a b", "x" * 300):
        reply = serving.get(PATH, Host=name)
        assert reply.status == 400 or reply.body == EFI.read_bytes()


def test_part_and_not_modified(serving: Daemon) -> None:
    whole = serving.get(PATH)
    tag = whole.headers["etag"]
    part = serving.get(PATH, Range="bytes=1000-1999", If_Range=tag)
    assert part.status == 206 and part.body == whole.body[1000:2000]
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(whole.body)}"
    assert serving.get(PATH, If_None_Match=tag).status == 304
    # The part of an image with another address must not be joined to it.
    other = serving.get(PATH, Range="bytes=1000-", If_Range=tag, Host="other")
    assert other.status == 200 and len(other.body) == len(whole.body)


def test_address_of_the_site_is_kept(site: Site, serving: Daemon,
                                     tmp_path: Path) -> None:
    own = customised(tmp_path, "--set", "resolver=https://mine/x")
    site.write(PATH[1:], own)
    assert serving.get(PATH).body == own


def test_settings_of_the_site_stay(site: Site, serving: Daemon,
                                   tmp_path: Path) -> None:
    site.write(PATH[1:], customised(tmp_path, "--set", "greeting=hello"))
    assert serving.get(PATH).body == customised(
        tmp_path, "--set", "greeting=hello", "--set",
        f"resolver=http://127.0.0.1:{serving.port}/boot.ipxe")


def test_changed_file_is_noticed(site: Site, serving: Daemon,
                                 tmp_path: Path) -> None:
    first = serving.get(PATH)
    site.write(PATH[1:], customised(tmp_path, "--set", "a=" + "x" * 10000))
    second = serving.get(PATH)
    assert len(second.body) > len(first.body)
    assert second.headers["etag"] != first.headers["etag"]


def test_signed_image_stays_as_it_is(site: Site, serving: Daemon) -> None:
    image = bytearray(EFI.read_bytes())
    pe, = struct.unpack_from("<I", image, 60)
    struct.pack_into("<II", image, pe + 24 + 112 + 32, len(image), 8)
    image += bytes(8)
    site.write(PATH[1:], bytes(image))
    assert serving.get(PATH).body == image


@pytest.mark.parametrize("cut", [0, 3000, 100])
def test_broken_image_stays_as_it_is(site: Site, serving: Daemon,
                                     cut: int) -> None:
    image = EFI.read_bytes()[:-4000]
    image = image[:cut] if cut else image
    site.write(PATH[1:], image)
    assert serving.get(PATH).body == image


def test_many_addresses_take_bounded_memory(serving: Daemon) -> None:
    serving.get(PATH)
    files = serving.open_files()
    for i in range(300):
        assert serving.get(PATH, Host=f"h{i}").status == 200
    # The last connections end when it notices.
    serving.wait_for(lambda: serving.open_files() <= files + 32)
    assert serving.memory_kib() < 300_000
