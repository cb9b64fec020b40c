"""Projects of 0.1.0 to 0.4.0, with the platform's code in `golden_path/`, that get the package."""

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import kedro_golden_path
from support import ROOT, git, make
from support.teams import NOW, PACKAGE, Team, Template, files_of, make_project, releases, work
from update.plugin import MODULES, NAME, Plugin

BODY = "{{cookiecutter.project_slug}}"
OLD = [release for release in releases() if release < "0.5"]
CATALOG = """\
sales:
  type: pandas.ParquetDataset
  filepath: ${globals:data_root}/02_intermediate/sales/month=${param:month}/sales.parquet
  validator:
    class: ${globals:contract}
    "on": save
    options:
      schema: ${globals:package}.contracts.sales.Sales
      on_failure: quarantine

sales_raw:
  type: pandas.ParquetDataset
  filepath: ${globals:data_root}/01_raw/sales.parquet
  validator:
    class: flight_delays.golden_path.contract.Contract
    "on": load
    options:
      schema: flight_delays.contracts.sales.Sales

sales_history:
  type: flight_delays.pipelines.windows.Window
  path: ${globals:data_root}/02_intermediate/sales
  file: sales.parquet
  months: ["2013-01"]
  dataset:
    type: pandas.ParquetDataset
  validator:
    # Not all of it.
    class: ${globals:contract}
    "on": load
    options:
      schema: ${globals:package}.contracts.sales.Sales
"""
CONTRACT = '''"""Sales."""

import narwhals as nw
import pandera.pandas as pa

from ..golden_path.contract import Columns, rule


class Sales(pa.DataFrameModel):
    """What is sold."""

    amount: int = pa.Field(ge=0)

    @rule
    @classmethod
    def few(cls, sales: Columns) -> nw.Expr:
        """Nobody buys more than ten."""
        return sales["amount"] <= 10
'''
WINDOW = '''"""A window with a name of our own."""

import flight_delays.golden_path.lifecycle

from ...golden_path import months as calendar
from ...golden_path.datasets import MonthsDataset
from ...golden_path.errors import GoldenPathError


class Window(MonthsDataset):
    """Months that are there."""

    def months_until(self, month: str) -> list[str]:
        """The months before one."""
        if not month:
            raise GoldenPathError("Which month?")
        return calendar.months_before(month, 3)


Model = flight_delays.golden_path.lifecycle.ModelDataset
'''
TEST = '''"""What we think of digests."""

from flight_delays.golden_path.contract import Contract
from flight_delays.golden_path.storage import AtomicFileSystemOfOurs


def test_nothing() -> None:
    assert Contract and AtomicFileSystemOfOurs
'''


def work_on(team: Team) -> None:
    """What teams have done to projects with `golden_path/`."""
    settings, package = f"{PACKAGE}/settings.py", team.path / PACKAGE
    team.edit(
        settings,
        "from .golden_path.config",
        "from .alerts import AlertHooks\nfrom .golden_path.config",
    )
    team.edit(settings, "TrackingHooks())", "TrackingHooks(), AlertHooks())")
    (package / "alerts.py").write_text(
        '"""Alerts."""\n\n\nclass AlertHooks:\n    """None yet."""\n'
    )
    (package / "contracts/sales.py").write_text(CONTRACT)
    (package / "pipelines/windows").mkdir()
    (package / "pipelines/windows/__init__.py").write_text(WINDOW)
    (team.path / "conf/base/catalog_sales.yml").write_text(CATALOG)
    (team.path / "tests/test_ours.py").write_text(TEST)
    (team.path / "docs/notes.md").write_text("Contracts are in src/flight_delays/golden_path/.\n")
    (team.path / "notebooks").mkdir(exist_ok=True)
    (team.path / "notebooks/months.ipynb").write_text(notebook())
    team.edit(f"{PACKAGE}/golden_path/months.py", "\n\nimport", "\n\n# ours\nimport")
    (package / "golden_path/ours.py").write_text(
        '"""Ours."""\n\nfrom .errors import GoldenPathError\n'
    )
    team.commit()


def notebook() -> str:
    lines = [
        "%load_ext kedro.ipython\n",
        "from flight_delays.golden_path.months import months_before",
    ]
    cell: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "a",
        "metadata": {},
        "outputs": [],
    }
    content = {
        "cells": [cell | {"source": lines}],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, indent=1) + "\n"
