"""Write the pages: `python -m reference PROJECT DIRECTORY`, with scripts/ on the path."""

import sys
from pathlib import Path

from kedro.framework.startup import bootstrap_project

from . import airflow, commands, configuration, contracts, datasets, doctor, prompts

ROOT = Path(__file__).parents[2]


def pages(project: Path) -> dict[str, str]:
    """The text of each page, by the name of its file.

    Args:
        project: A generated project with the example, in whose environment this runs.
    """
    package = bootstrap_project(project).package_name
    return {
        "prompts.md": prompts.page(ROOT),
        "commands.md": commands.page(package, ROOT / "Makefile", project / "Makefile"),
        "configuration.md": configuration.page(package, project / "conf"),
        "datasets.md": datasets.page(package),
        "contracts.md": contracts.page(package),
        "airflow.md": airflow.page(package),
        "doctor.md": doctor.page(package),
    }


if __name__ == "__main__":
    directory = Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in pages(Path(sys.argv[1]).resolve()).items():
        (directory / name).write_text(text, encoding="utf-8")
