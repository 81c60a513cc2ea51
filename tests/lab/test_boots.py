# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Every row of the table of boots (labkit/cases.py) ends as it says."""

from __future__ import annotations

import warnings

import pytest

from conftest import Boots
from labkit.base import LOGS
from labkit.boot import Case
from labkit.cases import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_boot(case: Case, boots: Boots) -> None:
    result = boots.result(case)
    if result.skipped is not None:
        pytest.skip(result.skipped)
    if result.problems:
        pytest.fail("\n".join([case.what, *result.problems,
                               f"logs: {LOGS / case.name}"]), pytrace=False)
    if result.first_problems:
        warnings.warn(f"{case.name} passed at its second try; at the first: "
                      + "; ".join(result.first_problems)
                      + f" (logs: {LOGS / case.name}.first)", stacklevel=1)
