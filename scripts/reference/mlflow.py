"""What is written to MLflow."""

from collections.abc import Sequence

from kedro_golden_path.tracking import names

from .markdown import page as page_of
from .markdown import table


def page() -> str:
    """The page on what is written to MLflow."""
    return page_of(
        "What is written to MLflow",
        "Each run is one MLflow run, found by its tag `run_id`. A name in angle brackets is filled "
        "in. MLflow adds tags of its own, which begin with `mlflow.`.",
        "## Tags of a run",
        _table("tag", names.RUN_TAGS),
        "## Parameters of a run",
        "All parameters of the configuration, those inside of others by dotted names, such as "
        "`gate.metric`. What is too long for a parameter of MLflow is a tag of the same name.",
        "## Metrics of a run",
        _table("metric", names.METRICS),
        "Besides, the numbers of each dataset whose catalog entry says "
        "`metadata: {mlflow: metrics}`, under their own names.",
        "## Artifacts of a run",
        _table("artifact", names.ARTIFACTS),
        "Besides, a model that the run has registered, under `model`.",
        "## Tags of a model version",
        _table("tag", names.VERSION_TAGS),
        "## Tags of a registered model",
        _table("tag", names.MODEL_TAGS),
    )


def _table(head: str, rows: Sequence[names.Name]) -> str:
    return table([head, "meaning"], [[f"`{name}`", name.meaning] for name in rows])
