"""The table of what is proven: it is the lab's, and shows what failed."""
from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/matrix"
loader = importlib.machinery.SourceFileLoader("matrix", str(SCRIPT))
spec = importlib.util.spec_from_loader("matrix", loader)
assert spec
matrix = importlib.util.module_from_spec(spec)
sys.modules["matrix"] = matrix  # its dataclasses look for it there
loader.exec_module(matrix)


def row(image: str, start: str) -> "matrix.Row":
    return next(row for row in matrix.rows()
                if (row.image, row.start) == (image, start))


def test_page_in_docs_is_the_lab_s() -> None:
    assert matrix.PAGE.read_text() == matrix.page()


def test_outdated_page_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "proven.md"
    old.write_text(matrix.page().replace("ipxe.usb", "ipxe.old"))
    monkeypatch.setattr(matrix, "PAGE", old)
    monkeypatch.setattr("sys.argv", ["matrix", "--check"])
    assert matrix.main() == 1
    monkeypatch.setattr("sys.argv", ["matrix", "--write"])
    assert matrix.main() == 0
    monkeypatch.setattr("sys.argv", ["matrix", "--check"])
    assert matrix.main() == 0


def test_boots_that_see_no_linux_prove_nothing() -> None:
    named = [case.name for row in matrix.rows() for case in row.cases]
    assert "bios-dnsmasq" in named
    assert "bios-exit" not in named and "bios-stock-loops" not in named


def test_results_are_shown_with_the_names_of_what_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix.base, "LOGS", tmp_path)
    chosen = row("ipxe.usb", "USB stick")
    assert matrix.result(chosen) == f"{len(chosen.cases)} not run"
    for case in chosen.cases:
        folder = tmp_path / case.name
        folder.mkdir()
        (folder / "result.json").write_text(json.dumps({"result": "passed"}))
    assert matrix.result(chosen) == f"passed ({len(chosen.cases)})"
    failed = chosen.cases[0].name
    (tmp_path / failed / "result.json").write_text(
        json.dumps({"result": "failed"}))
    assert f"FAILED: {failed}" in matrix.result(chosen)
