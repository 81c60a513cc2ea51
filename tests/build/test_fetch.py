"""scripts/fetch: third-party sources come whole or not at all."""
from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILE = "toy_1.0.orig.tar.xz"
PLACE = f"pool/main/t/toy/{FILE}"


def make_archive() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:xz") as archive:
        data = b"int toy = 1;\n"
        info = tarfile.TarInfo("toy-1.0/toy.c")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


@pytest.fixture()
def tree(tmp_path: Path) -> Path:
    """A tree with scripts/fetch and one source pinned, "toy"."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/fetch", tmp_path / "scripts/fetch")
    archive = make_archive()
    (tmp_path / "archive").write_bytes(archive)
    digest = hashlib.sha256(archive).hexdigest()
    (tmp_path / "scripts/sources.list").write_text(
        f"toy|toy-1.0|{PLACE}|{digest}\n"
    )
    return tmp_path


@pytest.fixture()
def mirror(tmp_path: Path):
    """A web server with nothing in it yet: (its address, its folder)."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *arguments: None  # type: ignore[attr-defined]
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", folder
    server.shutdown()
    thread.join()
    server.server_close()


def fetch(tree: Path, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["scripts/fetch", "--cache", "cache", "--unpack", "src", "toy"],
        cwd=tree,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def serve(folder: Path, data: bytes) -> None:
    (folder / PLACE).parent.mkdir(parents=True)
    (folder / PLACE).write_bytes(data)


def test_mirror_is_asked_and_archive_unpacked(tree: Path, mirror) -> None:
    address, folder = mirror
    serve(folder, (tree / "archive").read_bytes())
    done = fetch(tree, SOURCE_MIRROR=address)
    assert done.returncode == 0, done.stderr
    assert (tree / "src/toy-1.0/toy.c").read_text() == "int toy = 1;\n"


def test_cache_is_enough_without_any_mirror(tree: Path) -> None:
    (tree / "cache").mkdir()
    shutil.copy(tree / "archive", tree / "cache" / FILE)
    done = fetch(tree, SOURCE_MIRROR="http://127.0.0.1:1/")
    assert done.returncode == 0, done.stderr
    assert (tree / "src/toy-1.0/toy.c").exists()


def test_source_dir_is_enough_without_any_mirror(tree: Path) -> None:
    (tree / "disc").mkdir()
    shutil.copy(tree / "archive", tree / "disc" / FILE)
    done = fetch(
        tree, SOURCE_DIR="disc", SOURCE_MIRROR="http://127.0.0.1:1/"
    )
    assert done.returncode == 0, done.stderr
    assert (tree / "src/toy-1.0/toy.c").exists()


def test_wrong_sum_is_refused_and_nothing_unpacked(tree: Path, mirror) -> None:
    address, folder = mirror
    serve(folder, (tree / "archive").read_bytes() + b"x")
    done = fetch(tree, SOURCE_MIRROR=address)
    assert done.returncode == 1
    assert "SHA-256" in done.stderr and FILE in done.stderr
    assert not (tree / "src/toy-1.0").exists()
    assert not (tree / "cache" / FILE).exists()


def test_damaged_cache_is_fetched_anew(tree: Path, mirror) -> None:
    address, folder = mirror
    serve(folder, (tree / "archive").read_bytes())
    (tree / "cache").mkdir()
    (tree / "cache" / FILE).write_bytes(b"half of it")
    done = fetch(tree, SOURCE_MIRROR=address)
    assert done.returncode == 0, done.stderr
    assert (tree / "src/toy-1.0/toy.c").exists()


def test_no_source_at_all_names_what_was_tried_and_what_to_do(
    tree: Path,
) -> None:
    done = fetch(tree, SOURCE_MIRROR="http://127.0.0.1:1/")
    assert done.returncode == 1
    assert FILE in done.stderr
    assert "127.0.0.1:1" in done.stderr
    assert "SOURCE_DIR" in done.stderr


def test_patches_are_applied_in_name_order(tree: Path, mirror) -> None:
    address, folder = mirror
    serve(folder, (tree / "archive").read_bytes())
    patches = tree / "patches/toy"
    patches.mkdir(parents=True)
    for name, old, new in (("0002-b", 2, 3), ("0001-a", 1, 2)):
        (patches / f"{name}.patch").write_text(
            "--- a/toy.c\n+++ b/toy.c\n@@ -1 +1 @@\n"
            f"-int toy = {old};\n+int toy = {new};\n"
        )
    done = fetch(tree, SOURCE_MIRROR=address)
    assert done.returncode == 0, done.stderr
    assert (tree / "src/toy-1.0/toy.c").read_text() == "int toy = 3;\n"


def test_patch_that_does_not_apply_is_named(tree: Path, mirror) -> None:
    address, folder = mirror
    serve(folder, (tree / "archive").read_bytes())
    patches = tree / "patches/toy"
    patches.mkdir(parents=True)
    (patches / "0001-wrong.patch").write_text(
        "--- a/toy.c\n+++ b/toy.c\n@@ -1 +1 @@\n-int cat;\n+int dog;\n"
    )
    done = fetch(tree, SOURCE_MIRROR=address)
    assert done.returncode == 1
    assert "0001-wrong.patch" in done.stderr
    assert not (tree / "src/toy-1.0").exists()
