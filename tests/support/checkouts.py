"""A project on the golden path in as few files as possible, to be led astray."""

import json
import subprocess
from pathlib import Path
from typing import Any

from kedro_golden_path.doctor.checkout import Checkout, Inside
from kedro_golden_path.doctor.examination import Examination, examine
from kedro_golden_path.doctor.releases import Release

TEMPLATE = "https://git.example.com/golden-path"
RELEASES = {TEMPLATE: Release("1.2.0")}
PIPELINE = """
from kedro.pipeline import Node, Pipeline

from .nodes import clean


def create_pipeline():
    return Pipeline([Node(clean, "sales_raw", "sales")])
"""
NODES = """
import pandas as pd


def clean(sales):
    return pd.DataFrame(sales).dropna()
"""
ENTRY = "{type: '${globals:table}', filepath: 'data/sales.csv', contract: sales.Sales}"
LOCK = """\
kedro==1.7.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
kedro-golden-path==1.2.0 \\
    --hash=sha256:bb
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:cc
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:dd
"""
PYPROJECT = """
[project]
name = "shop-sales"
requires-python = ">=3.11,<3.14"
maintainers = [{ email = "shop@example.com" }]
dependencies = ["kedro>=1.7,<1.8", "kedro-golden-path>=1.2,<1.3", "NumPy>=2.4"]

[project.optional-dependencies]
dev = ["ruff>=0.17"]

[dependency-groups]
airflow = ["apache-airflow>=3.3", { include-group = "store" }]
store = ["asyncpg"]

[tool.kedro]
package_name = "shop"
"""
FILES = {
    "pyproject.toml": PYPROJECT,
    "conf/base/globals.yml": "owner: shop@example.com\ntable: pandas.CSVDataset\n",
    "conf/base/airflow.yml": "dags: {}\n",
    "conf/base/catalog/sales.yml": f"sales: {ENTRY}\n",
    "requirements.lock": LOCK,
    "requirements-dev.lock": LOCK + "ruff==0.17.3 \\\n    --hash=sha256:ee\n",
    "src/shop/__init__.py": "",
    "src/shop/pipelines/sales/pipeline.py": PIPELINE,
    "src/shop/pipelines/sales/nodes.py": NODES,
}


def origin(version: str = "1.2.0", template: str = TEMPLATE, **keys: Any) -> str:
    """The text of the file that says where a project comes from."""
    answers = {"project_name": "Shop Sales", "_template_version": version}
    content = {"template": template, "commit": None, "context": {"cookiecutter": answers}}
    return json.dumps(content | keys)


def make_checkout(root: Path) -> Path:
    """Write the project."""
    write(root, {**FILES, ".cruft.json": origin()})
    return root


def write(root: Path, files: dict[str, str | None]) -> None:
    """Write files below a directory; those that are None are removed."""
    for name, text in files.items():
        file = root / name
        if text is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)


def git(directory: Path, *arguments: str) -> None:
    """Let git do something in a directory."""
    name = ("-c", "user.name=us", "-c", "user.email=us@example.com")
    subprocess.run(["git", *name, *arguments], cwd=directory, check=True)


def look(root: Path, inside: Inside | None = None) -> Examination:
    """Look at a project with all rules."""
    return examine(Checkout(root, RELEASES, inside))
