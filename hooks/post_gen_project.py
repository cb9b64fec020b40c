"""Prune what the answers did not ask for."""

import shutil
from pathlib import Path

PACKAGE = "src/{{ cookiecutter.package_name }}"
ONLY_FOR = {
    "flights": [
        "conf/base/airflow_dags.yml",
        "conf/base/catalog",
        "conf/base/parameters_*.yml",
        "conf/spark/catalog.yml",
        "dags",
        "data/01_raw/*",
        "docs/data-dictionary.md",
        "docs/model-card.md",
        f"{PACKAGE}/contracts/[!_]*.py",
        f"{PACKAGE}/pipelines/[!_]*",
        "tests/contracts",
        "tests/pipelines",
        "tests/spark/test_corruptions.py",
        "tests/spark/test_engines.py",
        "tests/spark/test_frames.py",
    ],
    "none": [
        "conf/base/catalog.yml",
    ],
}


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def prune(example: str) -> None:
    """Remove the files of every example but the chosen one."""
    for other, patterns in ONLY_FOR.items():
        if other != example:
            for pattern in patterns:
                for path in list(Path().glob(pattern)):
                    if path.name != ".gitkeep":
                        remove(path)


if __name__ == "__main__":
    prune("{{ cookiecutter.example }}")
