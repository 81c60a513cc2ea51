# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Commands that an image has not are refused by name, whatever image it is."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "ipxe-src/hci/commands/left_out_cmd.c"
FLAGS = {
    "undionly.kpxe": ["-DPLATFORM_PCBIOS", "-DSMALL_IMAGE"],
    "ROM": ["-DPLATFORM_PCBIOS", "-DOPTION_ROM"],
    "BIOS": ["-DPLATFORM_PCBIOS"],
    "UEFI": ["-DPLATFORM_EFI"],
    "UEFI arm64": ["-DPLATFORM_EFI", "-DARCH_ARM64"],
    "host": ["-DPLATFORM_LINUX"],
}


def preprocess(flags: list[str], *words: str) -> str:
    return subprocess.run(
        ["gcc", "-E", "-P", *flags, "-I.", "-Iipxe-src", *words], check=True,
        capture_output=True, text=True, cwd=ROOT).stdout


@pytest.mark.parametrize("image", FLAGS)
def test_what_is_not_linked_is_named(image: str) -> None:
    flags = FLAGS[image]
    macros = set(re.findall(r"(?m)^#define (\w+)",
                            preprocess(flags, "-dM", SOURCE)))
    assert "LEFT_OUT_CMD" in macros
    page = (ROOT / "docs/commands.md").read_text()
    commands = dict(re.findall(
        r"(?m)^## (\S+)\n\n[^\n]*\n?[^\n]*\(`(\w+)`\)", page))
    assert len(commands) > 60
    text = preprocess(flags, SOURCE)
    text = text[text.index("names[] ="):text.rindex("command_is_left_out")]
    named = set("".join(re.findall(r'"([^"]*)"', text)).split("\\0")) - {""}
    absent = {name for name in named if name not in commands}
    if "ABSENT_CMD" in macros:
        assert not absent
    assert named - absent == {name for name, macro in commands.items()
                              if macro not in macros}
