"""The example's pipeline without Kedro: `plain_pipeline.py PROJECT MONTH OUTPUT`.

It runs in the environment of a generated project, in the place of `kedro run`: the same functions
of the project with the same parameters on the same raw files in the same order, and the same files
written, below OUTPUT. Data stays in memory between the functions, models are pickled with joblib.
There is no catalog, no contract, no tracking and no registry.
"""

# Runs in a project's environment, with packages that this repository's lacks.
# mypy: disable-error-code="import-not-found"

import json
import sys
import uuid
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import joblib
import pandas as pd
import yaml

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FOREIGN = {"kedro", "kedro_mlflow", "mlflow", "pandera"}
COMPARED = ("roc", "precision_recall", "calibration")


def main(project: str, month: str, output: str) -> None:
    make_packages_bare(Path(project) / "src")
    parameters = read_parameters(Path(project) / "conf/base")
    run(Path(project) / "data/01_raw", month, Path(output), parameters)
    if imported := FOREIGN & sys.modules.keys():
        raise SystemExit(f"The plain script imported {imported}: there is nothing to compare with.")


def make_packages_bare(source: Path) -> None:
    """Let the modules with node functions be imported without the pipelines, which import Kedro."""
    sys.path.insert(0, str(source))
    for directory in source.glob("flight_delays/**/"):
        if (directory / "__init__.py").is_file():
            name = ".".join(directory.relative_to(source).parts)
            sys.modules[name] = ModuleType(name)
            sys.modules[name].__path__ = [str(directory)]


def read_parameters(conf: Path) -> dict[str, Any]:
    files = sorted(conf.glob("parameters*.yml"))
    return {
        key: value
        for file in files
        for key, value in yaml.safe_load(file.read_text(encoding="utf-8")).items()
    }


def run(raw: Path, month: str, output: Path, parameters: dict[str, Any]) -> None:
    from flight_delays.pipelines.features import nodes as features_nodes
    from flight_delays.pipelines.ingestion import nodes as ingestion
    from flight_delays.pipelines.scoring import nodes as scoring
    from flight_delays.pipelines.training import nodes as training
    from flight_delays.pipelines.training import plots

    def save(layer: str, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        frame.to_parquet(target(output / layer / name / f"month={month}/{name}.parquet"))
        return frame

    def report(name: str, data: dict[str, Any]) -> dict[str, Any]:
        file = target(output / f"08_reporting/month={month}/{name}.json")
        file.write_text(json.dumps(data), encoding="utf-8")
        return data

    def draw(name: str, figure: "Figure") -> None:
        figure.savefig(target(output / f"08_reporting/month={month}/{name}.png"))

    champion_file = target(output / "06_models/champion.joblib")

    # ingestion
    flights = pd.read_parquet(raw / f"flights/month={month}/flights.parquet")
    schedule, outcomes = ingestion.split_flights(flights)
    save("02_intermediate", "schedule", schedule)
    save("02_intermediate", "outcomes", outcomes)
    clean = {
        name: save(
            "02_intermediate",
            name,
            getattr(ingestion, f"clean_{name}")(pd.read_parquet(raw / f"{name}.parquet")),
        )
        for name in ("weather", "planes", "airports", "airlines")
    }
    known = (clean["weather"], clean["planes"], clean["airports"])

    # features
    features = save("04_feature", "features", features_nodes.build_features(schedule, *known))

    # training
    window = [
        pd.read_parquet(raw / f"flights/month={past}/flights.parquet")
        for past in months_before(month, parameters["training_months"])
    ]
    past_schedule, past_outcomes = ingestion.split_flights(pd.concat(window, ignore_index=True))
    past_features = features_nodes.build_features(past_schedule, *known)
    training_set = training.join_outcomes(past_features, past_outcomes)
    save("05_model_input", "training_set", training_set)
    evaluation_set = training.join_outcomes(features, outcomes)
    save("05_model_input", "evaluation_set", evaluation_set)
    incumbent = joblib.load(champion_file) if champion_file.is_file() else {}
    challenger = training.fit_model(training_set, parameters["model"])
    challenger |= {"version": incumbent.get("version", 0) + 1, "month": month}
    baseline = training.fit_baseline(training_set)
    compared = (evaluation_set, challenger, incumbent, baseline)
    evaluation = training.evaluate(*compared, clean["airlines"], parameters["evaluation"])
    report("evaluation", evaluation)
    report("metrics", training.evaluation_metrics(evaluation))
    decision = report("gate_decision", training.decide(evaluation, parameters["gate"]))
    champion = training.select_champion(challenger, decision) or incumbent
    joblib.dump(champion, champion_file)
    for name in COMPARED:
        draw(name, getattr(plots, f"{name}_plot")(*compared))
    draw(
        "feature_importance",
        plots.feature_importance_plot(evaluation_set, challenger, parameters["importance"]),
    )

    # scoring
    predictions = scoring.score(features, champion, uuid.uuid4().hex, parameters["scoring"])
    save("07_model_output", "predictions", predictions)


def months_before(month: str, count: int) -> list[str]:
    return [str(pd.Period(month, "M") - distance) for distance in range(count, 0, -1)]


def target(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


if __name__ == "__main__":
    main(*sys.argv[1:])
