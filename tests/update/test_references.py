"""What the update makes of references to `golden_path/`, file by file."""

import ast
import json
from collections.abc import Iterator

import pytest
from update.catalogs import shortened
from update.plugin import MODULES, Plugin
from update.references import References
from update.requirements import merged

from support import ROOT, git
from support.teams import releases

PLUGIN = Plugin(ROOT / "src/kedro_golden_path")
CODE = "{{cookiecutter.project_slug}}/src/{{cookiecutter.package_name}}/golden_path/"
# What has no successor that a project could use.
GONE = {
    *("contract.evidence.close_evidence", "contract.evidence.open_evidence"),
    *("evidence.close_evidence", "evidence.open_evidence"),
    *("contract.hooks.build", "contract.report.put_aside", "export.configuration.flat_parameters"),
    *("names.dotted", "reporting.keep_part", "reporting.kept_parts", "spark.files.staged_at"),
    *("contract.types.restored", "storage.AtomicLocalFileSystem", "template.without_password"),
    "tracking.writes_to_mlflow",
}
# The doctor and its digests are for commands, not for imports.
NOT_FOR_PROJECTS = ("digests", "doctor.")


def rewritten(text: str, path: str = "src/shop/pipelines/nodes.py") -> tuple[str, list[str]]:
    """A file's text after the update, and what is noted about it."""
    references = References("shop", PLUGIN, frozenset({"ours"}))
    result = references.rewritten(path, text)
    return result, [str(note).removeprefix(f"{path}:") for note in references.notes]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from ..golden_path.contract import Columns, rule as check",
            "from kedro_golden_path import Columns, rule as check",
        ),
        (
            "from shop.golden_path.lifecycle import ModelDataset",
            "from kedro_golden_path import ModelDataset",
        ),
        (
            "from ..golden_path.spark import ParquetDataset, MonthsDataset, SparkHooks",
            "from kedro_golden_path.spark import ParquetDataset\n"
            "from kedro_golden_path import MonthsDataset, SparkHooks",
        ),
        (
            "from ..golden_path.contract.validator import ContractError, Contract",
            "from kedro_golden_path import ContractError, Contract",
        ),
        ("from ..golden_path import contract", "import kedro_golden_path as contract"),
        (
            "from .. import golden_path, pipelines",
            "import kedro_golden_path as golden_path\nfrom .. import pipelines",
        ),
        (
            "import shop.golden_path.datasets as data\n\ndata.MonthsDataset",
            "from kedro_golden_path.datasets import months as data\n\ndata.MonthsDataset",
        ),
        (
            "import os, shop.golden_path.errors\n\n"
            "raise shop.golden_path.errors.GoldenPathError(shop.name)",
            "import os\nimport kedro_golden_path\nimport shop\n\n"
            "raise kedro_golden_path.GoldenPathError(shop.name)",
        ),
        (
            "from ..golden_path.contract import (\n    Columns,  # é\n    rule,\n)  # noqa\n",
            "# é\nfrom kedro_golden_path import Columns, rule  # noqa\n",
        ),
        (
            "def f():\n    from ..golden_path.contract import share, Contract; return share, 'é'",
            "def f():\n    from kedro_golden_path import share, Contract; return share, 'é'",
        ),
        (
            "from ..golden_path.storage import make_writes_atomic\n\nmake_writes_atomic()\n",
            "from kedro_golden_path import configure_process\n\nconfigure_process()\n",
        ),
        (
            "patch('shop.golden_path.session.Session.run')  # of shop.golden_path.session",
            "patch('kedro_golden_path.Session.run')  # of kedro_golden_path.session.session",
        ),
        ("from ..golden_path.ours import mine", "from ..golden_path.ours import mine"),
        ("from golden_path.contract import rule", "from golden_path.contract import rule"),
        ("from shop.golden_paths import a\n", "from shop.golden_paths import a\n"),
    ],
)
def test_imports_become_those_of_the_package_and_all_else_stays(before: str, after: str) -> None:
    assert rewritten(before)[0] == after


@pytest.mark.parametrize(
    ("text", "after", "note"),
    [
        (
            "from ..golden_path.months import months_before",
            "from kedro_golden_path.months import months_before",
            "1: kedro_golden_path.months.months_before is not public",
        ),
        (
            "from ..golden_path.contract.terms import Terms\n\nTerms()",
            "from kedro_golden_path.contracts.compiled import CompiledContract\n\n"
            "CompiledContract()",
            "1: kedro_golden_path.contracts.compiled.CompiledContract is not public",
        ),
        (
            "from ..golden_path.datasets import MonthsDataset\n\n\n"
            "class Ours(MonthsDataset): ...\n",
            "from kedro_golden_path import MonthsDataset\n\n\nclass Ours(MonthsDataset): ...\n",
            "4: 'Ours' inherits from kedro_golden_path.MonthsDataset",
        ),
        (
            "from ..golden_path.digests import write",
            "from ..golden_path.digests import write",
            "1: 'digests.write' of golden_path has no successor",
        ),
        (
            "from ..golden_path import contract\n\ncontract.terms\n",
            "import kedro_golden_path as contract\n\ncontract.terms\n",
            "3: 'contract.terms' is kedro_golden_path.contracts.compiled now",
        ),
        ("def f(champion):\n    return champion['run_id']", None, "2: what ModelDataset loads has"),
        ("import golden_path (", None, "1: is not valid Python"),
    ],
)
def test_what_a_person_has_to_look_at_is_noted(text: str, after: str | None, note: str) -> None:
    result, notes = rewritten(text)
    assert result == (text if after is None else after)
    assert len(notes) == 1 and notes[0].startswith(note)


def test_imports_of_the_platforms_own_tests_are_noted() -> None:
    _, notes = rewritten("from golden_path.generated import tables\n", "tests/test_ours.py")
    assert notes == ["1: 'golden_path.generated', of the platform's tests, is gone."]


def test_a_name_that_is_taken_is_kept_as_it_was() -> None:
    text = (
        "from ..golden_path.contract.terms import Terms\n\n"
        "def f(CompiledContract):\n    return Terms(CompiledContract)\n"
    )
    after = "from kedro_golden_path.contracts.compiled import CompiledContract as Terms"
    assert rewritten(text)[0] == text.replace(
        "from ..golden_path.contract.terms import Terms", after
    )


def test_cells_of_notebooks_are_rewritten_around_their_magics() -> None:
    source = [
        "%load_ext kedro.ipython\n",
        "if True:\n",
        "    !ls\n",
        "    from shop.golden_path.contract import rule\n",
    ]
    other = ["%%bash\n", "grep -r golden_path ."]
    cells = [{"cell_type": "code", "source": each} for each in (source, other)]
    notebook = {"cells": cells, "nbformat": 4}
    result, notes = rewritten(json.dumps(notebook, indent=1) + "\n", "notebooks/a.ipynb")
    source[3] = "    from kedro_golden_path import rule\n"
    assert result == json.dumps(notebook, indent=1) + "\n" and notes == []


def test_classes_in_a_catalog_get_their_new_names() -> None:
    text = (
        "a: {type: '${globals:package}.golden_path.lifecycle.ModelDataset'}\n"
        "b: {type: shop.golden_path.spark.MonthsDataset, validator: '${globals:contract}'}\n"
        "c: {type: shop.golden_path.ours.Dataset}\n"
    )
    result, notes = rewritten(text, "conf/base/catalog.yml")
    assert result == (
        "a: {type: 'kedro_golden_path.ModelDataset'}\n"
        "b: {type: kedro_golden_path.MonthsDataset, validator: 'kedro_golden_path.Contract'}\n"
        "c: {type: shop.golden_path.ours.Dataset}\n"
    )
    assert notes == []


def validator(
    indent: str = "  ", when: str = "save", *more: str, kind: str = "kedro_golden_path.Contract"
) -> str:
    lines = [
        "validator:",
        f"  class: {kind}",
        f'  "on": {when}',
        "  options:",
        "    schema: shop.contracts.a.A",
        *more,
    ]
    return "".join(f"{indent}{line}\n" for line in lines)


@pytest.mark.parametrize(
    ("entry", "short"),
    [
        ("  filepath: data/02/a.parquet\n" + validator(), "  contract: a.A\n"),
        ("  filepath: data/01_raw/a.csv\n" + validator(when="load"), "  contract: a.A\n"),
        (
            "  filepath: data/01_raw/a.csv\n" + validator(when="save"),
            '  contract:\n    schema: a.A\n    "on": save\n',
        ),
        ("  name: a\n" + validator(), '  contract:\n    schema: a.A\n    "on": save\n'),
        (
            "  filepath: data/a\n" + validator("  ", "save", "    periods:", "      - 2013-01"),
            "  contract:\n    schema: a.A\n    periods:\n      - 2013-01\n",
        ),
    ],
)
def test_a_validator_is_written_as_a_contract_that_means_the_same(entry: str, short: str) -> None:
    before = f"a:\n  type: pandas.ParquetDataset\n{entry}\nb:\n  type: pandas.CSVDataset\n"
    kept = entry.partition("  validator")[0]
    after = f"a:\n  type: pandas.ParquetDataset\n{kept}{short}\nb:\n  type: pandas.CSVDataset\n"
    assert shortened({"conf/base/catalog.yml": before}, "shop") == {"conf/base/catalog.yml": after}


@pytest.mark.parametrize(
    "entry",
    [
        validator(kind="shop.checks.Ours"),
        validator().replace("  options", "  # why\n    options"),
        "  validator: {class: kedro_golden_path.Contract, on: save, options: {schema: a.A}}\n",
        "  validator:\n    class: kedro_golden_path.Contract\n    severity: warn\n",
        "  contract: a.A\n",
    ],
)
def test_a_validator_that_says_more_stays(entry: str) -> None:
    assert shortened({"conf/base/catalog.yml": f"a:\n  filepath: data/a\n{entry}"}, "shop") == {}


BASE = '[project]\ndependencies = [\n  "a>=1",\n  "b>=1",\n]\n\n[tool.x]\nlist = [\n  "a",\n]\n'
THEIRS = BASE.replace('  "b>=1",\n', '  "plugin>=5",\n')


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (BASE, THEIRS),
        (BASE.replace('"a>=1"', '"a>=2"'), THEIRS.replace('"a>=1"', '"a>=2"')),
        (
            BASE.replace('  "b>=1"', '  "aa",\n  "b>=1"'),
            THEIRS.replace('  "plugin', '  "aa",\n  "plugin'),
        ),
        (BASE.replace('  "a>=1",\n', ""), THEIRS.replace('  "a>=1",\n', "")),
        (BASE.replace('"b>=1"', '"b>=2"'), THEIRS.replace('  "plugin', '  "b>=2",\n  "plugin')),
    ],
)
def test_requirements_are_merged_by_package(ours: str, expected: str) -> None:
    assert merged(BASE, ours, THEIRS) == (THEIRS, expected)


def test_requirements_with_comments_or_two_opinions_are_left_to_git() -> None:
    commented = BASE.replace('  "b>=1"', '  # why\n  "b>=1"')
    assert merged(BASE, commented, THEIRS) == (BASE, commented)
    ours, theirs = BASE.replace("a>=1", "a>=2"), BASE.replace("a>=1", "a>=3")
    assert merged(BASE, ours, theirs) == (BASE, ours)


@pytest.mark.parametrize("release", [each for each in releases() if each < "0.5"])
def test_everything_that_a_project_could_import_has_a_place_or_is_known_to_have_none(
    release: str,
) -> None:
    lost = set()
    for path in names_at(release.split()[1]):
        place = PLUGIN.find(path)
        if place is None:
            lost.add(path)
        else:
            assert is_there(place.module), place
    assert {path for path in lost if not path.startswith(NOT_FOR_PROJECTS)} <= GONE


def is_there(module: str) -> bool:
    path = PLUGIN.source.parent.joinpath(*module.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def names_at(commit: str) -> Iterator[str]:
    """The public names of all modules of `golden_path/` at a commit."""
    for file in git(ROOT, "ls-tree", "-r", "--name-only", commit, "--", CODE).splitlines():
        if not file.endswith(".py"):
            continue
        parts = file.removeprefix(CODE).removesuffix(".py").split("/")
        module = ".".join(part for part in parts if part != "__init__")
        if module:
            yield module
        source = git(ROOT, "show", f"{commit}:{file}")
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                yield f"{module}.{node.name}".strip(".")
            elif (
                isinstance(node, ast.ImportFrom)
                and node.level
                and parts[-1] == "__init__"
                and module
            ):
                yield from (f"{module}.{alias.name}" for alias in node.names)


def test_modules_that_are_told_to_have_moved_are_there() -> None:
    for old, new in MODULES.items():
        place = PLUGIN.find(old)
        assert place is not None and PLUGIN.module_of(old) == place.module, (old, new)
