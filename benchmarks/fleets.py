"""The table of a hundred projects, generated and edited in many ways."""

import json
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

from cookiecutter.main import cookiecutter
from measure import alternate, timed
from projects import ROOT
from report import Goal, Report

PROJECTS = 100
VERSION, OLDER = (ROOT / "VERSION").read_text("utf-8").strip(), "0.4.0"
SECONDS = 30.0

Edit = Callable[[Path, str], None]


def measure(directory: Path, runs: int) -> Report:
    directory.mkdir(parents=True)
    (directory / "config.yaml").write_text(f"replay_dir: {directory / 'replay'}\n", "utf-8")
    make_fleet(directory)
    # That something is found ends with 1.
    script = '.venv/bin/python -m fleet "$0" --format html --output "$0.html"; test $? -eq 1'

    def look() -> float:
        projects = str(directory / "fleet")
        return timed(["sh", "-c", script, projects], cwd=ROOT, PYTHONPATH=str(ROOT / "scripts"))

    samples = alternate({f"python -m fleet, {PROJECTS} projects": look}, runs)
    (sample,) = samples.values()
    return Report("Fleet", samples, [Goal("fleet of 100", sample.median, "s", SECONDS)])


def make_fleet(directory: Path) -> None:
    """A hundred projects: every fifth with the example, each with the next edits."""
    edits = cycle(EDITS)
    for number in range(PROJECTS):
        team = directory / "fleet" / f"team-{number % 10}"
        example = "none" if number % 5 else "flights"
        project = generate(directory, team, f"Project {number}", example)
        origin(project, VERSION if number % 3 else OLDER)
        for _ in range(number % 4):
            next(edits)(project, f"project_{number}")


def generate(directory: Path, output: Path, name: str, example: str) -> Path:
    return Path(
        cookiecutter(
            str(ROOT),
            no_input=True,
            output_dir=str(output),
            extra_context={"project_name": name, "example": example},
            config_file=str(directory / "config.yaml"),
        )
    )


def origin(project: Path, version: str) -> None:
    context = {"cookiecutter": {"_template_version": version}}
    content = {"template": str(ROOT), "commit": None, "context": context}
    (project / ".cruft.json").write_text(json.dumps(content), "utf-8")


def add_dataset(project: Path, package: str) -> None:
    entry = "prices: {type: pandas.CSVDataset, filepath: data/prices.csv}\n"
    _append(project / "conf/base/catalog_prices.yml", entry)


def add_exempt_dataset(project: Path, package: str) -> None:
    entry = "costs: {type: pandas.CSVDataset, filepath: costs.csv, metadata: {no_contract: }}\n"
    _append(project / "conf/base/catalog_costs.yml", entry)


def add_node(project: Path, package: str) -> None:
    pipeline = project / f"src/{package}/pipelines/prices"
    pipeline.mkdir(exist_ok=True)
    (pipeline / "__init__.py").write_text("", "utf-8")
    (pipeline / "nodes.py").write_text(
        "import pandas as pd\n\n\ndef load_prices(file):\n    return pd.read_csv(file)\n", "utf-8"
    )
    (pipeline / "pipeline.py").write_text(
        "from kedro.pipeline import Node\n\nfrom .nodes import load_prices\n\n"
        'NODES = [Node(load_prices, "params:file", "prices")]\n',
        "utf-8",
    )


def ask_for_more(project: Path, package: str) -> None:
    _replace(project / "pyproject.toml", '"matplotlib>=3.10"', '"matplotlib>=99"')


def loosen_lock(project: Path, package: str) -> None:
    _replace(project / "requirements.lock", "filelock==", "filelock>=")


def forget_owner(project: Path, package: str) -> None:
    _replace(project / "conf/base/globals.yml", "owner: ", "owner: # ")


def write_secret(project: Path, package: str) -> None:
    token = "".join(("ghp_", "Zk3vXq8LmT5wRb2NcY7dHs9JfGp4Ea6UoBtQ"))
    _append(project / "conf/base/parameters.yml", f"token: {token}\n")


def lock_older_plugin(project: Path, package: str) -> None:
    plugin = "kedro-golden-path=="
    _replace(project / "requirements.lock", plugin + VERSION, f"{plugin}{VERSION}.dev1")


def accept_dataset(project: Path, package: str) -> None:
    add_dataset(project, package)
    table = "[tool.kedro-golden-path.doctor.accept.contracts]"
    _append(project / "pyproject.toml", f'\n{table}\n"conf/base/*prices.yml" = "For a while."\n')


def forget_origin(project: Path, package: str) -> None:
    (project / ".cruft.json").unlink(missing_ok=True)


EDITS: list[Edit] = [
    accept_dataset,
    add_dataset,
    ask_for_more,
    forget_owner,
    add_node,
    write_secret,
    add_exempt_dataset,
    loosen_lock,
    lock_older_plugin,
    forget_origin,
]


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write(text)


def _replace(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
