"""What the benchmarks measure of a run is where they look for it."""

from functools import reduce
from importlib import import_module
from runpy import run_path

import pytest

from support import ROOT

RULES = run_path(str(ROOT / "benchmarks/traced.py"))["RULES"]


@pytest.mark.parametrize("module", RULES)
def test_functions_that_are_traced_are_there(module: str) -> None:
    for path in RULES[module]:
        *owners, name = path.split(".")
        owner = reduce(getattr, owners, import_module(module))
        # It is wrapped where it is defined, not where it is inherited.
        assert name in vars(owner), path
