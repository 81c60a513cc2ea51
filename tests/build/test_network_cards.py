# SPDX-License-Identifier: BSD-2-Clause-Patent
"""docs/network-cards.md names the cards that the drivers know, and no others."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def listed() -> dict[str, str]:
    """Cards of the sources, "vendor:device", with their chip's name."""
    text = subprocess.run([str(ROOT / "scripts/nic-ids")], check=True,
                          capture_output=True, text=True).stdout
    rows = [line.split("\t") for line in text.splitlines()]
    return {f"{row[0]}:{row[1]}": row[3] for row in rows}


def test_page_has_the_cards_of_the_drivers() -> None:
    page = (ROOT / "docs/network-cards.md").read_text()
    named = re.findall(r"\b[0-9a-f]{4}:[0-9a-f]{4}\b", page)
    assert sorted(named) == sorted(listed())


def test_every_id_of_the_sources_is_listed() -> None:
    count = sum(len(re.findall(r"^\s*PCI_ID\(", source.read_text(), re.M))
                for source in (ROOT / "ipxe-src/drivers").glob("*/*.c"))
    assert count == len(listed()) > 30


def test_one_card_is_found_by_the_name_of_its_rom() -> None:
    found = subprocess.run([str(ROOT / "scripts/nic-ids"), "8086100E"],
                           capture_output=True, text=True, check=False)
    assert found.returncode == 0
    assert found.stdout.split("\t")[:4] == ["8086", "100e", "intel",
                                            "82540em"]
    absent = subprocess.run([str(ROOT / "scripts/nic-ids"), "12345678"],
                            capture_output=True, text=True, check=False)
    assert (absent.returncode, absent.stdout) == (1, "")
