"""Write the pages: `python -m reference DIRECTORY`, with scripts/ on the path."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from cookiecutter.main import cookiecutter

from . import airflow, commands, configuration, contracts, datasets, doctor, mlflow, prompts, python

ROOT = Path(__file__).parents[2]


def pages(project: Path) -> dict[str, str]:
    """The text of each page, by the name of its file.

    Args:
        project: A generated project with the example; it need not be installed.
    """
    return {
        "prompts.md": prompts.page(ROOT),
        "commands.md": commands.page(ROOT / "Makefile", project / "Makefile"),
        "configuration.md": configuration.page(project / "conf"),
        "datasets.md": datasets.page(),
        "contracts.md": contracts.page(),
        "airflow.md": airflow.page(),
        "mlflow.md": mlflow.page(),
        "python.md": python.page(),
        "doctor.md": doctor.page(),
    }


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as directory:
        own = {"cookiecutters_dir": directory, "replay_dir": directory}
        made = cookiecutter(str(ROOT), no_input=True, output_dir=directory, default_config=own)
        for name, text in pages(Path(made)).items():
            (target / name).write_text(text, encoding="utf-8")
