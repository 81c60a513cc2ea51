# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Every macro of config/*.h does something; a wrong value is refused by name."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "ipxe-src"
PLATFORMS = {"PCBIOS": ("bios",), "EFI": ("efi",), "LINUX": ("linux",)}
DIRS = ["core", "net", "image", "usr", "hci", "hci/commands", "hci/keymaps",
        "arch/x86"]


def without_comments(text: str) -> str:
    return re.sub(r"(?s)/\*.*?\*/", " ", text)


def headers() -> dict[str, str]:
    return {p.name: without_comments(p.read_text())
            for p in sorted((ROOT / "config").glob("*.h"))}


def macros() -> set[str]:
    """Those that config/*.h define, but for guards."""
    names = {name for text in headers().values()
             for name in re.findall(r"(?m)^\s*#\s*define\s+(\w+)", text)}
    return {n for n in names if not n.endswith("_H")}


def sources() -> str:
    """All code but the list of what is left out, which names every command."""
    return "\n".join(without_comments(p.read_text(errors="replace"))
                     for p in sorted(SOURCE.rglob("*.[chS]"))
                     if p.name != "left_out_names.h")


def selecting() -> set[str]:
    return set(re.findall(r"(?m)^SELECT_IF\((\w+)\)", sources()))


def test_every_macro_is_looked_at() -> None:
    used = set(re.findall(r"\w+", sources()))
    # Its value, or a condition of another's.
    for text in headers().values():
        for line in text.splitlines():
            words = re.findall(r"\w+", line)
            if re.match(r"\s*#\s*define", line):
                used |= set(words[2:])
            elif re.match(r"\s*#\s*(el)?if", line):
                used |= set(words[1:])
    used |= set(re.findall(r"\w+", (ROOT / "scripts/select-sources").read_text()))
    # Values for COMCONSOLE that a site may choose.
    assert macros() - used == {"COM2", "COM3", "COM4"}


def test_what_selects_is_in_a_header() -> None:
    assert {n for n in selecting() - macros()
            if not n.startswith("KEYMAP_")} == set()


def selected(platform: str, extra: Path) -> str:
    """The sources of an image of PLATFORM, with the site's headers in EXTRA."""
    dirs = DIRS + [f"platform/{d}" for d in PLATFORMS[platform]]
    dirs += [str(p.relative_to(SOURCE)) for p in sorted(
        (SOURCE / "drivers").iterdir()) if p.is_dir()]
    done = subprocess.run(
        ["scripts/select-sources", SOURCE,
         f"-DPLATFORM_{platform} -I{extra} -I.", *dirs],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def test_every_selecting_macro_changes_an_image(tmp_path: Path) -> None:
    local = tmp_path / "config" / "local"
    local.mkdir(parents=True)
    before = {p: selected(p, tmp_path) for p in PLATFORMS}
    files = [local / f"{n}.h" for n in ("general", "console", "settings")]
    idle = []
    for macro in sorted(selecting() & macros()):
        for path in files:
            path.write_text(f"#undef {macro}\n")
        if not any(selected(p, tmp_path) != before[p] for p in PLATFORMS):
            idle.append(macro)
    assert idle == []


def compiled(tmp_path: Path, serial: str, test: str) -> str:
    """What gcc says of the serial console with these macros, and a check."""
    local = tmp_path / "config" / "local"
    local.mkdir(parents=True, exist_ok=True)
    (local / "serial.h").write_text("".join(
        f"#undef {line.split()[0]}\n#define {line}\n"
        for line in serial.split(", ")))
    done = subprocess.run(
        ["gcc", "-std=gnu11", "-m32", "-fsyntax-only", "-ffreestanding",
         "-DPLATFORM_PCBIOS", f"-I{tmp_path}", "-I.", "-Iipxe-src",
         "-Iipxe-src/libc/include", "-x", "c", "-"],
        input=f'#include "platform/bios/serial.c"\n{test}\n', cwd=ROOT,
        capture_output=True, text=True, timeout=60)
    return done.stderr


@pytest.mark.parametrize("serial,register", [
    ("COMDATA 8, COMPARITY 0, COMSTOP 1", 0x03),
    ("COMDATA 7, COMPARITY 2, COMSTOP 1", 0x1a),
    ("COMDATA 7, COMPARITY 1, COMSTOP 2", 0x0e),
    ("COMDATA 5, COMPARITY 0, COMSTOP 2", 0x04)])
def test_serial_frame_reaches_the_uart(tmp_path: Path, serial: str,
                                       register: int) -> None:
    """Line control register of a PC16550D: bits 1-0 length, 2 stop, 3 parity,
    4 even."""
    check = f'_Static_assert(LCR_FRAME == {register}, "line control");'
    assert compiled(tmp_path, serial, check) == ""
    # The register is written with it, and nothing else.
    text = without_comments((SOURCE / "platform/bios/serial.c").read_text())
    written = re.findall(r"port_out8\(UART_LCR, ([^)]*)\)", text)
    assert written == ["LCR_DIVISOR | LCR_FRAME", "LCR_FRAME"]


@pytest.mark.parametrize("serial", ["COMDATA 9", "COMPARITY 3", "COMSTOP 0",
                                    "COMSTOP 15"])
def test_wrong_serial_frame_is_refused_by_name(tmp_path: Path,
                                               serial: str) -> None:
    said = compiled(tmp_path, serial, "")
    assert f"{serial.split()[0]} of config/serial.h is" in said


def test_a_macro_that_only_a_comment_names_is_warned_of(tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    (source / "a.c").write_text("/* NAMED_ONLY_HERE */ int LOOKED_AT;\n")
    header = tmp_path / "general.h"
    header.write_text("#define NAMED_ONLY_HERE\n#define LOOKED_AT 1\n"
                      "#define COMDATA 7\n")
    done = subprocess.run(["scripts/config-check", source, header], cwd=ROOT,
                          capture_output=True, text=True, check=True,
                          timeout=60)
    assert done.stdout == (f"{header}:1: warning: NAMED_ONLY_HERE is not known "
                           "here and has no effect\n")
