"""The build: same input, same bytes; what changed is built anew."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMAGES = re.findall(r"^\$\(eval \$\(call image,([^,]+),",
                    (ROOT / "config/images.mk").read_text(), re.MULTILINE)
#: Those, and what is made of them or on demand.
EVERYTHING = [*IMAGES, "ipxe.usb", "ipxe.iso", "distro/ipxe.usb",
              "distro/ipxe.iso"]
EVERYTHING += [
    f"rom/{card}.{kind}" for kind in ("rom", "efirom") for card in sorted(set(
        re.findall(r"\b[0-9a-f]{8}\b",
                   (ROOT / "config/roms.mk").read_text())))]
EVERYTHING += [f"rom/{folder}/1af41000.efirom"
               for folder in ("arm64", "x86_64+arm64")]
KPXE = "made/undionly.kpxe"


def make(tree: Path, *words: str, before: Sequence[str] = (),
         **environment: str) -> str:
    """Run make in tree and return what it printed; it must succeed.

    before: a command to put before it.
    """
    done = subprocess.run(
        [*before, "make", "--no-print-directory", f"-j{os.cpu_count()}", *words],
        cwd=tree,
        env={**os.environ, "SOURCE_DIR": str(ROOT / "out/cache"),
             "MAKEFLAGS": "", "O": "made",
             # It does not notice a header that is new (__has_include).
             "CCACHE_DISABLE": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def copy_tree(to: Path) -> Path:
    """A copy of what git tracks, as it is in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, check=True
    ).stdout
    for name in listed.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, to / name)
    return to


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree with undionly.kpxe built in it."""
    tree = copy_tree(tmp_path_factory.mktemp("tree"))
    make(tree, KPXE)
    return tree


def test_other_folder_and_day_give_the_same_bytes(tree: Path) -> None:
    """Every image and medium, built in another folder, with another O=, on
    another day and in another time zone."""
    make(tree, *(f"made/{image}" for image in EVERYTHING),
         before=["faketime", "2031-02-03 04:05:06"], TZ="Asia/Tokyo")
    make(ROOT, *(f"out/{image}" for image in EVERYTHING), O="out")
    for image in EVERYTHING:
        ours = (ROOT / "out" / image).read_bytes()
        theirs = (tree / "made" / image).read_bytes()
        assert ours == theirs, image


def test_nothing_changed_builds_nothing(tree: Path) -> None:
    assert make(tree, KPXE).strip() in (
        "",
        f"make: '{KPXE}' is up to date.",
    )


class Changes:
    """Each change gives other bytes; all taken back, they are the old ones.
    Together, because most of them compile everything anew."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self.image = tree / KPXE
        make(tree, KPXE)
        self.seen = [self.image.read_bytes()]
        self.undo: list[Callable[[], object]] = []

    def make(self, *words: str) -> None:
        """What was changed since is built in."""
        make(self.tree, KPXE, *words)
        self.seen.append(self.image.read_bytes())
        assert self.seen[-1] not in self.seen[:-1]

    def write(self, name: str, text: str) -> None:
        """Write a file of the tree, until it is all taken back."""
        path = self.tree / name
        if path.exists():
            before = path.read_text()
            self.undo.append(lambda: path.write_text(before))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.undo.append(path.unlink)
        path.write_text(text)

    def take_back(self) -> None:
        for undo in reversed(self.undo):
            undo()
        make(self.tree, KPXE)
        assert self.image.read_bytes() == self.seen[0]


def line_patch(source: Path, name: str, begin: str, old: str, new: str) -> str:
    """A patch of the one line of source that has begin and old in it."""
    lines = source.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if begin in line
              and old in line)
    return (f"--- a/{name}\n+++ b/{name}\n@@ -{at + 1} +{at + 1} @@\n"
            f"-{lines[at]}\n+{lines[at].replace(old, new)}\n")


def test_what_changed_is_built_in(tree: Path) -> None:
    """Headers, embedded scripts and patches, new, changed and gone."""
    changes = Changes(tree)
    changes.write("config/local/branding.h",
                  '#undef PRODUCT_NAME\n#define PRODUCT_NAME "Site"\n')
    changes.make()
    header = (tree / "config/general.h").read_text()
    changes.write("config/general.h", header.replace(
        "GENERATION_LIMIT 2", "GENERATION_LIMIT 3"))
    changes.make()
    changes.write("one.ipxe", "#!ipxe\necho one\n")
    changes.write("two.ipxe", "#!ipxe\necho two\n")
    changes.make("EMBED=one.ipxe,two.ipxe")
    script = (tree / "embed/unloop.ipxe").read_text()
    changes.write("embed/unloop.ipxe", script + "echo more\n")
    changes.make()
    changes.write("patches/lwip/9999-change-first-port.patch", line_patch(
        tree / "made/src/lwip-2.2.1/src/core/udp.c", "src/core/udp.c",
        "UDP_LOCAL_PORT_RANGE_START", "0xc000", "0xd000"))
    changes.make()
    # A site's patch does not touch the source.
    source = tree / "ipxe-src/core/error.c"
    before = source.read_text()
    changes.write("patches/site/0001-say-it-otherwise.patch", line_patch(
        source, "core/error.c", '"not permitted"', "not permitted",
        "forbidden"))
    changes.make()
    assert source.read_text() == before
    changes.take_back()


def test_source_that_is_gone_is_not_linked(tree: Path) -> None:
    """A file of ipxe-src/ that is new is in the image, and out of it again."""
    changes = Changes(tree)
    changes.write("ipxe-src/hci/commands/new_cmd.c", """\
#include "core/command.h"

static int new_exec(int argc __unused_arg, char **argv __unused_arg)
{
	return 0;
}

static const struct command new_command = {"new", "", "New", new_exec};
TABLE_REGISTER(commands, new_command);
""")
    changes.make()
    changes.take_back()


def test_macro_without_effect_is_named(tree: Path) -> None:
    """What a site's headers define in vain is said, and nothing else is."""
    local = tree / "config/local"
    (local / "tiny").mkdir(parents=True)
    (local / "general.h").write_text(
        "#ifndef CONFIG_LOCAL_GENERAL_H\n#define CONFIG_LOCAL_GENERAL_H\n"
        "#define DOWNLOAD_PROTO_SLAM\n#undef BANNER_TIMEOUT\n"
        "#define BANNER_TIMEOUT 0\n//#define LOTEST_CMD\n#endif\n")
    (local / "tiny/general.h").write_text("#define ALSO_UNKNOWN 1\n")
    warned = [line for line in make(tree, "help").splitlines()
              if "warning" in line]
    assert warned == ["config/local/general.h:3: warning: DOWNLOAD_PROTO_SLAM "
                      "is not known here and has no effect"]
    assert "config/local/tiny/general.h:1: warning: ALSO_UNKNOWN" in make(
        tree, "help", "CONFIG=tiny")
    shutil.rmtree(local)
    assert "warning" not in make(tree, "help")


def test_last_header_wins(tree: Path) -> None:
    """config/X.h, then config/NAME/, config/local/, config/local/NAME/."""
    (tree / "config/mine").mkdir()
    (tree / "config/local/mine").mkdir(parents=True)

    def limit() -> str:
        make(tree, "help", "CONFIG=mine")
        return subprocess.run(
            ["gcc", "-E", "-P", "-x", "c", "-I.", "-Imade/obj/bios-i386/include",
             "-"], cwd=tree, text=True, check=True, stdout=subprocess.PIPE,
            input='#include "config/general.h"\nHTTP_REDIRECT_LIMIT\n',
        ).stdout.strip()

    assert limit() == "10"
    for value, folder in enumerate(("mine", "local", "local/mine"), 1):
        (tree / "config" / folder / "general.h").write_text(
            "#undef HTTP_REDIRECT_LIMIT\n"
            f"#define HTTP_REDIRECT_LIMIT {value}\n")
        assert limit() == str(value)
    shutil.rmtree(tree / "config/mine")
    shutil.rmtree(tree / "config/local")


def test_unknown_config_is_refused_by_name(tree: Path) -> None:
    done = subprocess.run(
        ["make", "CONFIG=nowhere", "O=made", KPXE], cwd=tree,
        capture_output=True, text=True, timeout=60,
    )
    assert done.returncode != 0
    assert "nowhere" in done.stderr


def test_help_lists_every_image(tree: Path) -> None:
    text = make(tree, "help")
    for image in IMAGES:
        assert f"made/{image}" in text


def test_undionly_is_at_most_64_kib(tree: Path) -> None:
    assert (tree / KPXE).stat().st_size <= 65536


def test_every_image_has_its_identity_note(tree: Path) -> None:
    make(ROOT, *(f"out/{image}" for image in IMAGES), O="out")
    seen = set()
    for image in IMAGES:
        done = subprocess.run(
            ["/usr/bin/python3", "scripts/identity.py", f"out/{image}"],
            cwd=ROOT, capture_output=True, text=True, timeout=60,
        )
        assert done.returncode == 0, done.stderr
        fields = dict(
            line.split("  ", 1) for line in done.stdout.splitlines()
            if "  " in line
        )
        assert fields["format"].strip() == image
        seen.add(done.stdout.split("build ID")[1].split()[0])
    assert len(seen) == len(IMAGES)


def signing_key(folder: Path) -> tuple[Path, Path]:
    """A new private key and its certificate."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
         "/CN=Test", "-keyout", key, "-out", cert], check=True,
        capture_output=True, timeout=60)
    return key, cert



def test_sb_key_signs_what_is_made_and_nothing_else(tree: Path,
                                                    tmp_path: Path) -> None:
    """Signed with the key; without it the same bytes as ever."""
    program = "made/x86_64-efi/snponly.efi"
    make(tree, program)
    plain = (tree / program).read_bytes()
    key, cert = signing_key(tmp_path)
    make(tree, program, KPXE, SB_KEY=str(key), SB_CERT=str(cert))
    assert (tree / program).read_bytes() != plain
    for name, status in ((cert, 0), (ROOT / "LICENSE", 1)):
        assert subprocess.run(
            ["sbverify", "--cert", name, tree / program],
            capture_output=True, timeout=60).returncode == status
    # The note, and so the build, is the same.
    assert (tree / program).read_bytes()[1024:1024 + 128] == \
        plain[1024:1024 + 128]
    make(tree, program)
    assert (tree / program).read_bytes() == plain


@pytest.mark.parametrize("payload", ["ours", "distro"])
def test_every_efi_program_on_a_signed_stick_is_signed(
    tree: Path, tmp_path: Path, payload: str
) -> None:
    key, cert = signing_key(tmp_path)
    make(tree, "usb", f"PAYLOAD={payload}", SB_KEY=str(key),
         SB_CERT=str(cert))
    folder = tree / "made" / ("distro" if payload == "distro" else "")
    subprocess.run(
        ["mcopy", "-s", "-n", "-i", f"{folder / 'ipxe.usb'}@@1M",
         "::/EFI/BOOT", tmp_path], check=True, capture_output=True,
        timeout=60)
    programs = sorted((tmp_path / "BOOT").glob("*.[Ee][Ff][Ii]"))
    assert len(programs) >= 2
    for program in programs:
        subprocess.run(["sbverify", "--cert", cert, program], check=True,
                       capture_output=True, timeout=60)


def test_sb_key_without_certificate_is_refused(tree: Path) -> None:
    done = subprocess.run(
        ["make", "made/x86_64-efi/snponly.efi", "SB_KEY=key.pem"], cwd=tree,
        env={**os.environ, "MAKEFLAGS": "", "O": "made"},
        capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "belong together" in done.stderr
