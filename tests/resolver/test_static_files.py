# SPDX-License-Identifier: BSD-2-Clause-Patent
"""/assets/ and /firmware/: whole files, parts of files, nothing outside."""

from __future__ import annotations

import os
import random
import time

import pytest

from unloopd import Daemon, Site

CONTENT = random.Random(1).randbytes(3_000_001)
SIZE = len(CONTENT)


@pytest.fixture
def asset(site: Site, daemon: Daemon) -> Daemon:
    site.write("assets/linux/vmlinuz", CONTENT)
    site.write("secret.ipxe", "outside")
    return daemon


def test_file_yields_content_and_validators(asset: Daemon) -> None:
    reply = asset.get("/assets/linux/vmlinuz")
    assert reply.status == 200 and reply.body == CONTENT
    assert reply.headers["content-length"] == str(SIZE)
    assert reply.headers["accept-ranges"] == "bytes"
    assert reply.headers["etag"].startswith('"')
    assert reply.headers["last-modified"].endswith(" GMT")


def test_firmware_is_served_too(site: Site, daemon: Daemon) -> None:
    site.write("firmware/undionly.kpxe", b"UNDI")
    assert daemon.get("/firmware/undionly.kpxe").body == b"UNDI"


@pytest.mark.parametrize("name, media_type", [
    ("a.efi", "application/efi"), ("a.iso", "application/vnd.efi-iso"),
    ("a.IMG", "application/vnd.efi-img"), ("a", "application/octet-stream"),
    ("a.ipxe", "text/plain; charset=utf-8")])
def test_ending_yields_media_type(site: Site, daemon: Daemon, name: str,
                                  media_type: str) -> None:
    site.write(f"assets/{name}", b"x")
    assert daemon.get(f"/assets/{name}").headers["content-type"] == media_type


def test_empty_file_yields_empty_body(site: Site, daemon: Daemon) -> None:
    site.write("assets/empty", b"")
    reply = daemon.get("/assets/empty")
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["content-length"] == "0"
    assert daemon.get("/assets/empty", Range="bytes=0-").status == 416


def test_sparse_file_beyond_4_gib_yields_its_end(site: Site,
                                                 daemon: Daemon) -> None:
    path = site.write("assets/large", b"")
    with path.open("r+b") as file:
        file.seek(5 << 30)
        file.write(b"the end")
    reply = daemon.get("/assets/large", Range="bytes=-7")
    assert (reply.status, reply.body) == (206, b"the end")
    head = daemon.request("HEAD", "/assets/large")
    assert head.headers["content-length"] == str((5 << 30) + 7)


@pytest.mark.parametrize("header, first, last", [
    ("bytes=0-0", 0, 0), ("bytes=0-", 0, SIZE - 1), ("bytes=5-9", 5, 9),
    ("bytes=1000000-", 1000000, SIZE - 1), ("bytes=-1", SIZE - 1, SIZE - 1),
    ("bytes=-99999999", 0, SIZE - 1), ("bytes=2999990-99999999999999999999",
                                       2999990, SIZE - 1),
    ("Bytes=3000000-3000000", SIZE - 1, SIZE - 1)])
def test_range_yields_206(asset: Daemon, header: str, first: int,
                          last: int) -> None:
    reply = asset.get("/assets/linux/vmlinuz", Range=header)
    assert reply.status == 206
    assert reply.headers["content-range"] == f"bytes {first}-{last}/{SIZE}"
    assert reply.body == CONTENT[first:last + 1]


@pytest.mark.parametrize("header", [f"bytes={SIZE}-", "bytes=-0",
                                    "bytes=99999999999999999999999-"])
def test_range_beyond_end_yields_416(asset: Daemon, header: str) -> None:
    reply = asset.get("/assets/linux/vmlinuz", Range=header)
    assert reply.status == 416
    assert reply.headers["content-range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize("header", [
    "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,5-6",
    "lines=0-1", "bytes 0-1", "bytes=0-1x", "bytes=--1", "bytes=+1-2", ""])
def test_range_that_is_not_understood_yields_whole(asset: Daemon,
                                                   header: str) -> None:
    reply = asset.get("/assets/linux/vmlinuz", Range=header)
    assert reply.status == 200 and reply.body == CONTENT


def test_if_range_yields_part_only_of_same_file(asset: Daemon) -> None:
    path = "/assets/linux/vmlinuz"
    head = asset.request("HEAD", path)
    for validator in (head.headers["etag"], head.headers["last-modified"]):
        reply = asset.get(path, Range="bytes=10-19", If_Range=validator)
        assert (reply.status, reply.body) == (206, CONTENT[10:20])
    for validator in ('"other"', "W/" + head.headers["etag"],
                      "Thu, 01 Jan 1970 00:00:00 GMT", ""):
        reply = asset.get(path, Range="bytes=10-19", If_Range=validator)
        assert reply.status == 200 and reply.body == CONTENT


def test_changed_file_yields_new_etag(site: Site, asset: Daemon) -> None:
    path = "/assets/linux/vmlinuz"
    old = asset.request("HEAD", path).headers["etag"]
    changed = bytes(SIZE)
    site.write("assets/linux/vmlinuz", changed)
    os.utime(site.path / "assets/linux/vmlinuz", ns=(0, 1))
    assert asset.request("HEAD", path).headers["etag"] != old
    reply = asset.get(path, Range="bytes=10-19", If_Range=old)
    assert reply.status == 200 and reply.body == changed


def test_broken_download_resumes_to_the_same_bytes(asset: Daemon) -> None:
    connection = asset.http()
    connection.request("GET", "/assets/linux/vmlinuz")
    answer = connection.getresponse()
    got = answer.read(1_234_567)
    etag = answer.headers["ETag"]
    connection.close()
    rest = asset.get("/assets/linux/vmlinuz", Range=f"bytes={len(got)}-",
                     If_Range=etag)
    assert rest.status == 206 and got + rest.body == CONTENT


def test_head_ignores_range_and_sends_no_body(asset: Daemon) -> None:
    reply = asset.request("HEAD", "/assets/linux/vmlinuz",
                          {"Range": "bytes=0-1"})
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["content-length"] == str(SIZE)


def test_known_etag_yields_304_and_keeps_connection(asset: Daemon) -> None:
    path = "/assets/linux/vmlinuz"
    head = asset.request("HEAD", path)
    etag, date = head.headers["etag"], head.headers["last-modified"]
    connection = asset.http()
    for headers in ({"If-None-Match": etag}, {"If-None-Match": "*"},
                    {"If-None-Match": f'"x", W/{etag}'},
                    {"If-Modified-Since": date},
                    {"If-None-Match": etag, "Range": "bytes=0-1"}):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (304, b""), headers
        assert answer.headers["ETag"] == etag
    for headers in ({"If-None-Match": '"x"'}, {"If-None-Match": etag[1:-1]},
                    {"If-None-Match": '"x"', "If-Modified-Since": date},
                    {"If-None-Match": '"'}, {"If-None-Match": ""}):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, CONTENT), headers
    connection.close()


@pytest.mark.parametrize("path", [
    "/assets", "/assets/", "/assets/linux", "/assets/linux/", "/assets/nosuch",
    "/assets/linux/vmlinuz/", "/assets/linux/vmlinuz/x", "/firmware/x",
    "/assets/" + "x" * 300, "/assets/" + "x/" * 2500])
def test_what_is_no_file_yields_404(asset: Daemon, path: str) -> None:
    assert asset.get(path).status == 404


def test_fifo_and_socket_yield_404(site: Site, asset: Daemon) -> None:
    os.mkfifo(site.path / "assets/fifo")
    assert asset.get("/assets/fifo").status == 404
    assert asset.is_well()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is dropped")
def test_unreadable_file_yields_403(site: Site) -> None:
    site.write("assets/private", b"secret").chmod(0o600)
    daemon = Daemon(site, "-u", "nobody")
    try:
        reply = daemon.get("/assets/private")
        assert reply.status == 403 and b"secret" not in reply.body
    finally:
        daemon.stop()


TRAVERSALS = [
    "../secret.ipxe", "../../etc/passwd", "..", "../",
    "linux/../../secret.ipxe", "%2e%2e/secret.ipxe", "%2E%2E%2fsecret.ipxe",
    "..%2fsecret.ipxe", ".%2e/secret.ipxe", "%252e%252e/secret.ipxe",
    "..%5csecret.ipxe", "..\\secret.ipxe", "%c0%ae%c0%ae/secret.ipxe",
    "%u002e%u002e/secret.ipxe", "....//secret.ipxe", "..;/secret.ipxe",
    "/etc/passwd", "//etc/passwd", "%2fetc/passwd", "%2Fetc%2Fpasswd",
    "linux/vmlinuz%00.txt", "%00", "..%00/secret.ipxe", "./../secret.ipxe",
    "linux/./../../secret.ipxe", "x/../../secret.ipxe", "%", "%2", "%zz",
]


@pytest.mark.parametrize("path", TRAVERSALS)
def test_path_that_leads_outside_yields_no_file(asset: Daemon,
                                                path: str) -> None:
    reply = asset.get(f"/assets/{path}")
    assert reply.status in (400, 404)
    assert b"outside" not in reply.body.replace(b"leads outside", b"")
    assert b"root:" not in reply.body
    assert CONTENT[:16] not in reply.body


@pytest.mark.parametrize("target", [
    "assets/linux/vmlinuz", "*", "../secret.ipxe", "/../secret.ipxe",
    "/secret.ipxe", "/hosts/", "/default.ipxe", "/%2e%2e/etc/passwd",
    "http://host/../secret.ipxe", "http://", "http:", "ftp://x/assets/x"])
def test_odd_target_yields_no_file(asset: Daemon, target: str) -> None:
    request = f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    assert asset.status_of(request) in (400, 404)
    assert asset.is_well()


def test_absolute_form_target_yields_file(asset: Daemon) -> None:
    data = asset.raw(b"GET http://boot/assets/linux/vmlinuz HTTP/1.1\r\n"
                     b"Host: boot\r\nConnection: close\r\n\r\n")
    assert data.endswith(CONTENT)


def test_encoded_path_yields_file(site: Site, daemon: Daemon) -> None:
    site.write("assets/a b/ü+%.img", b"odd name")
    assert daemon.get("/assets/a%20b/%C3%BC+%25.img").body == b"odd name"
    assert daemon.get("/assets//a%20b//%C3%BC%2B%25.img").body == b"odd name"


def test_links_stay_inside(site: Site, asset: Daemon) -> None:
    assets = site.path / "assets"
    (assets / "etc").symlink_to("/etc")
    (assets / "up").symlink_to("..")
    (assets / "secret").symlink_to("../secret.ipxe")
    (assets / "absolute").symlink_to(assets / "linux/vmlinuz")
    (assets / "self").symlink_to("/proc/self")
    (assets / "ring").symlink_to("ring")
    (assets / "inside").symlink_to("linux/vmlinuz")
    (assets / "folder").symlink_to("linux")
    for path in ("etc/passwd", "up/secret.ipxe", "secret", "absolute",
                 "self/environ", "ring", "up/assets/linux/vmlinuz"):
        assert asset.get(f"/assets/{path}").status == 404, path
    assert asset.get("/assets/inside").body == CONTENT
    assert asset.get("/assets/folder/vmlinuz").body == CONTENT


def test_link_as_assets_folder_yields_404(site: Site, daemon: Daemon) -> None:
    (site.path / "assets").symlink_to("/etc")
    assert daemon.get("/assets/passwd").status == 404


def test_file_that_shrinks_while_sent_breaks_off(site: Site,
                                                 daemon: Daemon) -> None:
    path = site.write("assets/shrinking", bytes(64 << 20))
    with daemon.connect() as sock:
        sock.sendall(b"GET /assets/shrinking HTTP/1.1\r\nHost: x\r\n\r\n")
        got = len(sock.recv(65536))
        os.truncate(path, 0)
        while chunk := sock.recv(1 << 20):
            got += len(chunk)
    assert got < 64 << 20
    assert daemon.is_well()


def test_aborted_downloads_leave_no_open_files(site: Site,
                                               daemon: Daemon) -> None:
    site.write("assets/large", bytes(32 << 20))
    assert daemon.is_well()
    before = daemon.open_files()
    for _ in range(50):
        with daemon.connect() as sock:
            sock.sendall(b"GET /assets/large HTTP/1.1\r\nHost: x\r\n\r\n")
            sock.recv(1000)
    end = time.monotonic() + 10
    while daemon.open_files() > before and time.monotonic() < end:
        time.sleep(0.05)
    assert daemon.open_files() <= before
    assert "(broken off)" in daemon.wait_for_lines(50)[-1]
