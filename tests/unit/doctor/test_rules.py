"""Each rule on a project that is sound, and on one that is not."""

import random
import string
import sys
from pathlib import Path

import pytest
from click import unstyle

from kedro_golden_path.doctor import report
from kedro_golden_path.doctor.checkout import Checkout, Inside
from kedro_golden_path.doctor.examination import Coverage, examine
from kedro_golden_path.doctor.finding import Finding, Rule
from kedro_golden_path.doctor.releases import Release
from kedro_golden_path.doctor.rules import RULES
from support.checkouts import (
    ENTRY,
    LOCK,
    NODES,
    PYPROJECT,
    RELEASES,
    TEMPLATE,
    git,
    look,
    make_checkout,
    origin,
    write,
)

LOCKED_PLUGIN = "kedro-golden-path==1.2.0 --hash=sha256:aa\n"
CATALOG = "conf/base/catalog/sales.yml"
NODE_FILE = "src/shop/pipelines/sales/nodes.py"
OF_THE_PROJECT = {"dags", "data-dictionary"}
PLOT = "{type: matplotlib.MatplotlibDataset, filepath: plot.png}"
EXEMPT = "plot: {type: matplotlib.MatplotlibDataset, metadata: {no_contract: REASON}}"
VALIDATOR = "sales: {type: pandas.CSVDataset, filepath: sales.csv, validator: {class: shop.Sales}}"
MONTHS = """
sales: {type: "${globals:table}", filepath: "sales/month=${month}/a.csv", contract: sales.Sales}
history: {type: kedro_golden_path.MonthsDataset, of: sales, months: 12}
"""
REFERENCES = """
_picture:
  type: matplotlib.MatplotlibDataset
  metadata:
    no_contract: a picture
roc: ${_picture}
kept: {type: json.JSONDataset, metadata: {no_contract: " "}}
passing: {type: MemoryDataset}
"""

# What is written, the rule that finds it, where, and a part of the reason.
ASTRAY: dict[str, tuple[dict[str, str | None], str, str, str]] = {
    "older template": (
        {".cruft.json": origin("1.1.9")},
        *("template-version", ".cruft.json", "of 1.1.9, the newest release is 1.2.0"),
    ),
    "damaged origin": (
        {".cruft.json": "{}"},
        *("template-version", ".cruft.json", "is damaged"),
    ),
    "no version in the origin": (
        {".cruft.json": origin("")},
        *("template-version", ".cruft.json", "is damaged"),
    ),
    "older plugin than the template": (
        {
            "requirements.lock": LOCK.replace("path==1.2.0", "path==1.1.4"),
            "pyproject.toml": PYPROJECT.replace("path>=1.2,<1.3", "path"),
        },
        *(
            "plugin-version",
            "requirements.lock",
            "1.1.4 is locked, and the template of the project is 1.2.0",
        ),
    ),
    "no contract": (
        {CATALOG: f"sales: {ENTRY}\ncosts: {PLOT}\n"},
        *("contracts", CATALOG, "'costs' has no contract"),
    ),
    "pattern without contract": (
        {"conf/base/catalog_plots.yml": '"{name}_plot": ' + PLOT},
        *("contracts", "conf/base/catalog_plots.yml", "'{name}_plot' has no contract"),
    ),
    "no reason": (
        {CATALOG: EXEMPT.replace("REASON", "")},
        *("contracts", CATALOG, "'plot' is exempt from contracts without a reason"),
    ),
    "reason that is none": (
        {CATALOG: EXEMPT.replace("REASON", "true")},
        *("contracts", CATALOG, "'plot' is exempt from contracts without a reason"),
    ),
    "contract that is off": (
        {CATALOG: VALIDATOR.replace("Sales", "Sales, enabled: false")},
        *("contracts", CATALOG, "'sales' has a contract that is switched off"),
    ),
    "contract that only warns": (
        {CATALOG: VALIDATOR.replace("Sales", "Sales, severity: warn")},
        *("contracts", CATALOG, "'sales' has a contract that is switched off"),
    ),
    "contract without a name": (
        {CATALOG: "sales: {type: pandas.CSVDataset, filepath: data/sales.csv, contract: }"},
        *("contracts", CATALOG, "'sales' has no contract"),
    ),
    "months of what has no contract": (
        {CATALOG: MONTHS.replace("contract", "metadata: {no_contract: a copy}, was")},
        *("contracts", CATALOG, "'history' has no contract"),
    ),
    "catalog that is no YAML": ({CATALOG: "sales: ["}, "contracts", CATALOG, "is not YAML"),
    "catalog that is a list": ({CATALOG: "- sales"}, "contracts", CATALOG, "is not a mapping"),
    "node that is no Python": ({NODE_FILE: "def"}, "node-io", NODE_FILE, "is not Python"),
    "dependency that is not locked": (
        {"pyproject.toml": PYPROJECT.replace("dev = [", 'dev = ["mypy", ')},
        *("lock", "requirements-dev.lock", "mypy is asked for, and it is not locked"),
    ),
    "newer dependency": (
        {"pyproject.toml": PYPROJECT.replace("ruff>=0.17", "ruff>=0.18")},
        *("lock", "requirements-dev.lock", "ruff>=0.18 is asked for, and 0.17.3 is locked"),
    ),
    "newer dependency of one Python": (
        {"requirements.lock": LOCK.replace("2.4.6", "2.3.0")},
        *("lock", "requirements.lock", "NumPy>=2.4 is asked for, and 2.3.0 is locked"),
    ),
    "dependency of one platform": (
        {
            "pyproject.toml": PYPROJECT.replace(
                "dev = [", "dev = ['pywin32; sys_platform == \"win32\"', "
            )
        },
        *("lock", "requirements-dev.lock", "and it is not locked"),
    ),
    "group that includes another": (
        {"requirements-airflow.lock": "apache-airflow==3.3.2 --hash=sha256:aa\n"},
        *("lock", "requirements-airflow.lock", "asyncpg is asked for, and it is not locked"),
    ),
    "no lock": ({"requirements.lock": None}, "lock", "requirements.lock", "is missing"),
    "invalid dependency": (
        {"pyproject.toml": PYPROJECT.replace("ruff>=0.17", "ruff !")},
        *("lock", "pyproject.toml", "has an invalid dependency: ruff !"),
    ),
    "version that is none": (
        {"requirements.lock": f"{LOCK}pandas==soon --hash=sha256:aa\n"},
        *("lock-hashes", "requirements.lock:10", "'pandas==soon' is not one version"),
    ),
    "no hash": (
        {"requirements.lock": f"kedro==1.7.0\nnumpy==2.5.5\n{LOCKED_PLUGIN}"},
        *("lock-hashes", "requirements.lock", "2 packages have no hash, for example kedro"),
    ),
    "address of an index": (
        {"requirements.lock": f"--index-url=https://packages.example.com/simple\n{LOCK}"},
        *("lock-hashes", "requirements.lock:1", "an address of where packages come from"),
    ),
    "range in the lock": (
        {"requirements.lock": f"{LOCK}pandas>=3\n"},
        *("lock-hashes", "requirements.lock:10", "'pandas>=3' is not one version"),
    ),
    "no owner": (
        {"conf/base/globals.yml": "owner:\n"},
        *("owner", "conf/base/globals.yml", "has no owner"),
    ),
    "maintainers without address": (
        {"pyproject.toml": PYPROJECT.replace('email = "shop@example.com"', 'name = "The shop"')},
        *("owner", "pyproject.toml", "has no maintainers with an address"),
    ),
    "no maintainers": (
        {"pyproject.toml": PYPROJECT.replace("maintainers", "authors")},
        *("owner", "pyproject.toml", "has no maintainers"),
    ),
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return make_checkout(tmp_path)


def letters(number: int) -> str:
    return "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=number))


def test_nothing_is_found_in_a_sound_project(checkout: Path) -> None:
    found = look(checkout)
    assert found.findings == {}
    assert found.not_looked_at.keys() == OF_THE_PROJECT
    assert (found.name, found.owner) == ("shop-sales", "shop@example.com")
    assert (found.version, found.newest) == ("1.2.0", "1.2.0")


@pytest.mark.parametrize("files, rule, where, reason", ASTRAY.values(), ids=ASTRAY.keys())
def test_what_is_wrong_is_found_by_its_rule(
    checkout: Path, files: dict[str, str | None], rule: str, where: str, reason: str
) -> None:
    write(checkout, files)
    findings = look(checkout).findings
    assert findings.keys() == {rule}
    assert [finding.where for finding in findings[rule]] == [where]
    assert reason in findings[rule][0].reason


def test_each_rule_is_tried_here_and_says_all_that_it_should() -> None:
    tried = {rule for _, rule, _, _ in ASTRAY.values()} | OF_THE_PROJECT
    tried |= {"node-io", "secrets", "ignored-files", "acceptances"}
    assert tried == {rule.id for rule in RULES}
    assert len(RULES) == len(tried)
    for rule in RULES:
        assert rule.title and not rule.title.endswith(".")
        assert rule.why.endswith(".") and rule.remedy.endswith(".")


def test_an_unreachable_template_is_no_finding(checkout: Path) -> None:
    releases = {TEMPLATE: Release(None, "it cannot be reached: no network")}
    found = examine(Checkout(checkout, releases))
    assert found.findings == {}
    assert found.not_looked_at["template-version"] == "it cannot be reached: no network"
    assert found.newest is None


def test_a_newer_project_than_the_newest_release_is_not_behind(checkout: Path) -> None:
    lock = LOCK.replace("path==1.2.0", "path==1.10.0")
    write(checkout, {".cruft.json": origin("1.10.0"), "requirements.lock": lock})
    write(checkout, {"pyproject.toml": PYPROJECT.replace("path>=1.2,<1.3", "path")})
    assert look(checkout).findings == {}


def test_contracts_are_counted(checkout: Path) -> None:
    write(checkout, {CATALOG: f"sales: {ENTRY}\n{REFERENCES}"})
    found = look(checkout)
    assert found.coverage == Coverage(kept=3, under_contract=1, exempt=1)
    assert [finding.reason.split()[0] for finding in found.findings["contracts"]] == ["'kept'"]


def test_what_needs_the_running_project_is_left_as_it_is(checkout: Path) -> None:
    entry = ENTRY.replace("data/", "${globals:data_root}/${param:month}/")
    write(checkout, {CATALOG: f"sales: {entry}\n"})
    assert look(checkout).findings == {}


@pytest.mark.parametrize(
    "catalog, under_contract",
    [
        (f"sales: {ENTRY}", 1),
        (f"sales: {ENTRY}".replace("sales.Sales", "{schema: sales.Sales, 'on': load}"), 1),
        (VALIDATOR, 1),
        (MONTHS, 2),
    ],
)
def test_contracts_are_understood_in_each_form(
    checkout: Path, catalog: str, under_contract: int
) -> None:
    write(checkout, {CATALOG: catalog})
    found = look(checkout)
    assert found.findings == {}
    assert found.coverage == Coverage(under_contract, under_contract, exempt=0)


READ_OR_WRITE = {
    "reads a frame": ("pd.read_parquet('a.parquet')", "pd.read_parquet(…)"),
    "writes a frame": ("sales.to_parquet('a.parquet')", "sales.to_parquet(…)"),
    "writes a frame by name": ("sales.to_csv(path_or_buf='a.csv')", "sales.to_csv(…)"),
    "opens": ("open('a.txt').read()", "open(…)"),
    "reads a path": ("Path('a.txt').read_text()", "Path('a.txt').read_text(…)"),
    "environment": ("os.environ['MODE']", "os.environ"),
    "environment, got": ("os.environ.get('MODE')", "os.environ.get(…)"),
    "request": ("requests.get('https://example.com')", "requests.get(…)"),
    "tracking": ("mlflow.log_metric('n', 1)", "mlflow.log_metric(…)"),
    "program": ("run(['ls'])", "run(…)"),
    "database": ("create_engine('sqlite://')", "create_engine(…)"),
    "array": ("np.save('a.npy', sales)", "np.save(…)"),
    "spark": ("sales.write.mode('append').parquet('a')", ".parquet(…)"),
    "figure": ("sales.plot().figure.savefig('a.png')", "savefig(…)"),
    "variable with the name of a builtin": ("input.to_csv('a.csv')", "input.to_csv(…)"),
    "in a helper": ("helper(sales)", "in the node 'clean', in 'helper'"),
    "in another module": ("remote(sales)", "in the node 'clean', in 'remote'"),
}
HARMLESS = {
    "text of a frame": "sales.to_csv(), sales.to_json(orient='records'), sales.to_csv(None)",
    "buffer": "sales.to_parquet(io.BytesIO())",
    "buffer with a name": "pd.read_csv(kept)",
    "column": "sales['open'].mean(), sales.open, sales.read",
    "path without access": "os.path.join('a', 'b'), Path('a').name",
    "parts of an address": "urlparse('https://example.com').netloc",
    "what a model looks like": "infer_signature(sales)",
    "variable with the name of a builtin": "input.mean()",
}
HEAD = """
import io
import os
from pathlib import Path
from subprocess import run
from urllib.parse import urlparse

import mlflow
import numpy as np
import pandas as pd
import requests
from mlflow.models import infer_signature
from sqlalchemy import create_engine

from ..other import remote


def helper(sales):
    import json
    return json.load(sales)


def not_a_node(sales):
    return pd.read_csv("a.csv")


def clean(sales, input=None):
    kept = io.StringIO("a,b")
"""


def with_node(checkout: Path, expression: str) -> None:
    write(
        checkout,
        {
            NODE_FILE: f"{HEAD}    return {expression}\n",
            "src/shop/pipelines/other.py": "import boto3\n\n"
            "def remote(sales):\n    return boto3.client('s3')\n",
        },
    )


@pytest.mark.parametrize("expression, text", READ_OR_WRITE.values(), ids=READ_OR_WRITE.keys())
def test_a_node_that_reads_or_writes_is_found(checkout: Path, expression: str, text: str) -> None:
    with_node(checkout, expression)
    (finding,) = look(checkout).findings["node-io"]
    assert text in finding.reason
    line = int(finding.where.rpartition(":")[2])
    assert finding.where.startswith("src/shop/pipelines/")
    source = (checkout / finding.where.rpartition(":")[0]).read_text().splitlines()
    assert finding.reason.partition("(…)")[0].partition(" in the")[0] in source[line - 1]


@pytest.mark.parametrize("expression", HARMLESS.values(), ids=HARMLESS.keys())
def test_a_node_that_only_computes_is_not(checkout: Path, expression: str) -> None:
    with_node(checkout, expression)
    assert look(checkout).findings == {}


@pytest.mark.parametrize(
    "node",
    [
        "Node(func=nodes.clean, inputs='a', outputs='b')",
        "node(partial(nodes.clean, input=1), 'a', 'b')",
        "node(lambda a: pd.read_csv(a), 'a', 'b')",
        "kp.Node(public, 'a', 'b')",
    ],
)
def test_nodes_are_found_however_they_are_made(checkout: Path, node: str) -> None:
    write(
        checkout,
        {
            NODE_FILE: NODES.replace("pd.DataFrame(sales)", "pd.read_csv(sales)"),
            "src/shop/pipelines/sales/__init__.py": "from .nodes import clean as public\n",
            "src/shop/pipelines/sales/pipeline.py": "from functools import partial\n"
            "import kedro.pipeline as kp\nfrom kedro.pipeline import Node, node\n"
            "import pandas as pd\n"
            "from shop.pipelines.sales import public\nfrom . import nodes\n"
            f"MADE = [{node}]\n",
        },
    )
    assert look(checkout).findings.keys() == {"node-io"}


def secrets() -> dict[str, str]:
    # Put together here, so that nobody who looks for secrets stops at this file.
    key = ("-----BEGIN ", "PRIVATE KEY-----\n", letters(64), "\n-----END ", "PRIVATE KEY-----\n")
    return {
        "private-key": "".join(key),
        "github-pat": f"token: {'ghp_'}{letters(36)}\n",
        "aws-access-token": f"key: {'AKIA'}{'Q3EGLTZ5J2UQM7RX'}\nsecret: {letters(40)}\n",
        "database-url": f"con: mysql+pymysql:{'//'}shop:{letters(12)}@db.shop.internal/sales\n",
        "generic-credential-uri": f"uri: https:{'//'}shop:{letters(12)}@mlflow.shop.internal\n",
    }


@pytest.mark.parametrize("kind, text", secrets().items(), ids=secrets().keys())
def test_secrets_are_found_and_not_repeated(checkout: Path, kind: str, text: str) -> None:
    write(checkout, {"conf/base/credentials.yml": f"# Ours\n{text}"})
    found = look(checkout)
    assert found.findings.keys() == {"secrets"}
    (finding,) = found.findings["secrets"]
    assert finding == Finding("conf/base/credentials.yml:2", f"looks like a secret ({kind})")


def test_passwords_that_people_choose_are_found(checkout: Path) -> None:
    chosen = f"{letters(9)}7"
    files = {
        ".env": f"A=1\nDB_PASSWORD={chosen}\n",
        "conf/base/parameters.yml": f"store:\n  password: '{chosen}'\n",
        "conf/base/catalog/x.yml": f"# x\ncon: postgresql:{'//'}shop:{chosen}@db.shop.internal/x\n",
    }
    write(checkout, dict(files))
    assert {each.where for each in look(checkout).findings["secrets"]} == {
        f"{name}:2" for name in files
    }


def test_what_is_no_secret_is_not_found(checkout: Path) -> None:
    ignored = f"token: {'ghp_'}{letters(36)}  # kingfisher:ignore\n"
    write(checkout, {"a.yml": ignored, "b.yml": "uri: https://us:${oc.env:TOKEN}@shop.internal\n"})
    code = "password = os.environ['PASSWORD_1']\napi_key = key_of(1)\n"
    named = "password: ${oc.env:PASSWORD_1}\nsecret_name: store-1\naccess_token: <from 1password>\n"
    write(checkout, {"src/shop/code.py": code, "conf/base/named.yml": named})
    assert look(checkout).findings == {}


@pytest.mark.parametrize("in_repository", [True, False])
def test_only_files_that_git_takes_are_scanned(checkout: Path, in_repository: bool) -> None:
    secret = secrets()["github-pat"]
    write(checkout, {".gitignore": "/conf/local/\n", "conf/local/credentials.yml": secret})
    write(checkout, {"data/01_raw/sales.csv": secret, "requirements-x.lock": f"# {secret}"})
    if in_repository:
        git(checkout, "init", "--quiet")
    assert look(checkout).findings == {}
    write(checkout, {"conf/base/credentials.yml": secret})
    assert [each.where for each in look(checkout).findings["secrets"]] == [
        "conf/base/credentials.yml:1"
    ]


def test_files_that_git_has_though_the_project_ignores_them(checkout: Path) -> None:
    write(checkout, {".gitignore": "/conf/local/*\n/data/*/*\n!/data/01_raw/*\n"})
    write(checkout, {"conf/local/credentials.yml": "a: 1\n", "data/02_intermediate/x.csv": "a\n"})
    write(checkout, {"data/01_raw/x.csv": "a\n"})
    git(checkout, "init", "--quiet")
    (checkout / ".git/info/exclude").write_text("*.yml\n")
    git(checkout, "add", "--force", ".")
    assert [each.where for each in look(checkout).findings["ignored-files"]] == [
        "conf/local/credentials.yml",
        "data/02_intermediate/x.csv",
    ]


def test_without_the_scanner_the_extra_that_brings_it_is_named(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What Python takes for a module that is not there.
    monkeypatch.setitem(sys.modules, "kingfisher_sdk", None)
    write(checkout, {"conf/base/credentials.yml": secrets()["github-pat"]})
    found = look(checkout)
    assert found.findings == {}
    assert "pip install 'kedro-golden-path[doctor]'" in found.not_looked_at["secrets"]


def test_a_secret_that_git_has_is_found_though_it_is_ignored(checkout: Path) -> None:
    write(
        checkout,
        {".gitignore": "/conf/local/\n", "conf/local/credentials.yml": secrets()["github-pat"]},
    )
    git(checkout, "init", "--quiet")
    git(checkout, "add", "--force", "conf/local/credentials.yml")
    assert look(checkout).findings.keys() == {"secrets", "ignored-files"}


def test_a_project_that_a_repository_around_it_ignores_is_scanned(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, {".gitignore": "/build/\n"})
    checkout = make_checkout(tmp_path / "build/shop")
    write(checkout, {"conf/base/credentials.yml": secrets()["github-pat"]})
    assert look(checkout).findings.keys() == {"secrets"}


def accepting(rule: str, where: str = NODE_FILE, reason: str = "") -> str:
    table = f"tool.kedro-golden-path.doctor.accept.{rule}"
    return f'{PYPROJECT}\n[{table}]\n"{where}" = "{reason}"\n'


REASON = "The prices change hourly."
WRONGLY_ACCEPTED = {
    "without a reason": (
        accepting("node-io", reason=" "),
        f"accepts 'node-io' in {NODE_FILE} without a reason",
    ),
    "reason that is none": (
        accepting("node-io").replace('= ""', "= true"),
        f"accepts 'node-io' in {NODE_FILE} without a reason",
    ),
    "unknown rule": (
        accepting("nodes-io", reason=REASON),
        "accepts 'nodes-io', and there is no such rule. Did you mean node-io?",
    ),
    "file that is gone": (
        accepting("node-io", "src/shop/pipelines/gone.py", REASON),
        "accepts 'node-io' in src/shop/pipelines/gone.py, where it finds nothing any more",
    ),
    "no table": (
        f"{PYPROJECT}\n[tool.kedro-golden-path.doctor]\naccept = true\n",
        "has no table in tool.kedro-golden-path.doctor.accept",
    ),
}


@pytest.mark.parametrize("where", [NODE_FILE, "src/shop/*/nodes.py"])
def test_a_finding_is_accepted_with_a_reason(checkout: Path, where: str) -> None:
    with_node(checkout, "pd.read_csv('prices.csv')")
    (finding,) = look(checkout).findings["node-io"]
    write(checkout, {"pyproject.toml": accepting("node-io", where, REASON)})
    found = look(checkout)
    assert found.findings == {}
    assert found.accepted == {"node-io": [(finding, REASON)]}


def test_only_what_is_accepted_is(checkout: Path) -> None:
    with_node(checkout, "pd.read_csv('prices.csv'), remote(sales)")
    write(checkout, {"pyproject.toml": accepting("node-io", reason=REASON)})
    write(checkout, {"conf/base/globals.yml": "{}"})
    found = look(checkout)
    assert [each.where for each in found.findings["node-io"]] == ["src/shop/pipelines/other.py:4"]
    assert found.findings.keys() == {"node-io", "owner"}
    assert found.number_of_accepted == 1


@pytest.mark.parametrize(
    "pyproject, message", WRONGLY_ACCEPTED.values(), ids=WRONGLY_ACCEPTED.keys()
)
def test_an_acceptance_that_cannot_stand_is_a_finding_and_accepts_nothing(
    checkout: Path, pyproject: str, message: str
) -> None:
    with_node(checkout, "pd.read_csv('prices.csv')")
    write(checkout, {"pyproject.toml": pyproject})
    found = look(checkout)
    assert found.findings["acceptances"] == [Finding("pyproject.toml", message)]
    assert found.findings.keys() == {"node-io", "acceptances"}
    assert found.accepted == {}


def test_an_acceptance_stays_while_its_rule_cannot_look(checkout: Path) -> None:
    accepted = accepting("template-version", ".cruft.json", "After the summer.")
    write(checkout, {"pyproject.toml": accepted, ".cruft.json": origin("1.1.0")})
    assert look(checkout).findings == {}
    found = examine(Checkout(checkout, {TEMPLATE: Release(None, "no network")}))
    assert found.findings == {} and "template-version" in found.not_looked_at


def test_people_and_programs_read_what_is_accepted(checkout: Path) -> None:
    with_node(checkout, "pd.read_csv('prices.csv')")
    write(checkout, {"pyproject.toml": accepting("node-io", reason=REASON)})
    found = look(checkout)
    lines = unstyle(report.as_text(found)).splitlines()
    assert lines[:2] == [
        "Nothing more found by 10 rules: shop-sales is on the golden path.",
        "Accepted in pyproject.toml: 1 finding, named by --json.",
    ]
    (accepted,) = report.as_data(found)["accepted"]
    assert (accepted["rule"], accepted["accepted"]) == ("node-io", REASON)
    assert accepted["where"].startswith(f"{NODE_FILE}:")


def test_a_project_that_was_not_generated_is_told_what_it_lacks(checkout: Path) -> None:
    pyproject = PYPROJECT.replace('"kedro-golden-path>=1.2,<1.3", ', "").replace("maint", "au")
    entries = {CATALOG: f"sales: {PLOT}", ".cruft.json": None, "conf/base/airflow.yml": None}
    locks = {"requirements.lock": None, "requirements-dev.lock": None}
    write(checkout, {"pyproject.toml": pyproject, **entries, **locks})
    write(checkout, {"conf/base/globals.yml": None})
    found = look(checkout, Inside(list, list, plugin="1.2.0"))
    assert found.findings.keys() == {"contracts", "lock", "owner"}
    words = {
        "template-version": "was not generated from a template",
        "plugin-version": "no requirements.lock that has kedro-golden-path",
        "dags": "there is no conf/base/airflow.yml. With one, kedro dags",
        "data-dictionary": "no dataset has a contract. With contracts, kedro contracts docs",
        "lock-hashes": "there is no lock",
    }
    assert found.not_looked_at.keys() == words.keys()
    for rule, text in words.items():
        assert text in found.not_looked_at[rule]


def test_another_plugin_than_the_locked_one_is_found(checkout: Path) -> None:
    found = look(checkout, Inside(list, list, plugin="1.2.1"))
    expected = Finding("requirements.lock", "1.2.0 is locked, and 1.2.1 is installed")
    assert found.findings == {"plugin-version": [expected]}


def test_a_later_plugin_goes_with_the_template(checkout: Path) -> None:
    write(checkout, {"requirements.lock": LOCK.replace("path==1.2.0", "path==1.2.7")})
    assert look(checkout).findings == {}


def test_what_the_project_tells_is_a_finding(checkout: Path) -> None:
    inside = Inside(lambda: [Finding("dags/a.py", "is missing")], list, plugin="1.2.0")
    found = look(checkout, inside)
    assert found.findings == {"dags": [Finding("dags/a.py", "is missing")]}
    assert found.not_looked_at == {}


def test_a_rule_that_fails_is_a_finding_and_stops_no_other(checkout: Path) -> None:
    def fail(checkout: Checkout) -> list[Finding]:
        raise ZeroDivisionError("oh")

    broken = Rule("broken", "A title", "A reason.", "A remedy.", fail)
    write(checkout, {"requirements.lock": None})
    found = examine(Checkout(checkout, RELEASES), [broken, *RULES])
    assert found.findings.keys() == {"broken", "lock"}
    assert "ZeroDivisionError('oh')" in found.findings["broken"][0].reason


def test_a_damaged_pyproject_is_a_finding_wherever_it_matters(checkout: Path) -> None:
    write(checkout, {"pyproject.toml": "[project"})
    found = look(checkout)
    assert found.findings.keys() == {"node-io", "lock", "owner", "acceptances"}
    assert {each[0].where for each in found.findings.values()} == {"pyproject.toml"}
    assert found.name == checkout.name


def test_people_read_where_why_and_what_to_do(checkout: Path) -> None:
    write(checkout, {"conf/base/globals.yml": "{}", ".cruft.json": origin("1.1.0")})
    lines = unstyle(report.as_text(look(checkout))).splitlines()
    assert "  .cruft.json: the project is of 1.1.0, the newest release is 1.2.0" in lines
    assert "  conf/base/globals.yml: has no owner" in lines
    assert lines[-3] == "2 findings of 2 rules; 10 rules looked."
    assert [line.split(": ")[1] for line in lines[-2:]] == ["dags", "data-dictionary"]
    rule = next(rule for rule in RULES if rule.id == "owner")
    start = lines.index(f"{rule.title} [owner]")
    assert lines[start + 1] == rule.why
    assert lines[start + 3] == f"  What to do: {rule.remedy}"


def test_programs_read_the_same(checkout: Path) -> None:
    write(checkout, {"conf/base/globals.yml": "{}"})
    told = report.as_data(look(checkout))
    assert told["project"] == "shop-sales" and told["owner"] is None
    assert told["contracts"] == {"kept": 1, "under_contract": 1, "exempt": 0}
    (finding,) = told["findings"]
    assert (finding["rule"], finding["where"]) == ("owner", "conf/base/globals.yml")
    assert finding["reason"] == "has no owner" and finding["remedy"].startswith("Name the team's")
    assert {each["rule"] for each in told["not_looked_at"]} == OF_THE_PROJECT
