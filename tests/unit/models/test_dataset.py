from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest
from kedro.io import DatasetError
from mlflow import MlflowClient
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from kedro_golden_path import ModelDataset
from kedro_golden_path.models.aliases import move_aliases
from kedro_golden_path.tracking.run import RUN_FOR_WORKERS

ran: list[str] = []


class ThatRunsCode(LogisticRegression):  # type: ignore[misc]  # scikit-learn has no types
    """What is unpickled may call anything; this leaves a trace."""

    def __reduce__(self) -> Any:
        return ran.append, ("something",)


def keep(frame: pd.DataFrame) -> pd.DataFrame:
    return frame


FEATURES = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]})
NEW = {"estimator": LogisticRegression().fit(FEATURES, [0, 0, 1, 1]), "input_example": FEATURES}


@pytest.fixture(scope="module", autouse=True)
def _experiment(mlflow_store: Path) -> None:
    mlflow.create_experiment("models", artifact_location=(mlflow_store / "models").as_uri())
    mlflow.set_experiment("models")


@pytest.fixture(autouse=True)
def _tracked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RUN_FOR_WORKERS, "as TrackingHooks does it")


@pytest.fixture
def model(request: pytest.FixtureRequest) -> str:
    return str(request.node.name).replace("[", " ").replace("]", "")


def role(model: str, alias: str, **options: Any) -> ModelDataset:
    """The dataset as a new process has it."""
    return ModelDataset(name=model, alias=alias, requirements=["scikit-learn"], **options)


def train(model: str, alias: str = "champion") -> tuple[str, int]:
    """The MLflow run, and the version that it made."""
    with mlflow.start_run() as run:
        dataset = role(model, alias)
        dataset.save(NEW)
        version = int(dataset.load()["version"])
    move_aliases(run.info.run_id)
    return run.info.run_id, version


def versions(model: str) -> set[int]:
    return {int(each.version) for each in MlflowClient().search_model_versions(f"name='{model}'")}


def test_a_run_keeps_the_version_that_it_has_read(model: str) -> None:
    _, first = train(model)
    with mlflow.start_run() as run:
        assert role(model, "champion").load()["version"] == first
    _, second = train(model)
    with mlflow.start_run(run_id=run.info.run_id):
        assert role(model, "champion").load()["version"] == first
    with mlflow.start_run():
        assert role(model, "champion").load()["version"] == second


def test_a_run_keeps_that_there_was_no_version(model: str) -> None:
    with mlflow.start_run() as run:
        assert role(model, "champion", role="incumbent", optional=True).load() == {}
    train(model)
    with mlflow.start_run(run_id=run.info.run_id):
        assert role(model, "champion", role="incumbent", optional=True).load() == {}
        assert role(model, "champion").load()["version"] == 1


def test_a_model_that_is_missing_is_looked_for_again(model: str) -> None:
    with mlflow.start_run() as run, pytest.raises(DatasetError, match="is champion yet"):
        role(model, "champion").load()
    _, version = train(model)
    with mlflow.start_run(run_id=run.info.run_id):
        assert role(model, "champion").load()["version"] == version


def test_another_try_replaces_the_version_of_the_first(model: str) -> None:
    train(model)
    with mlflow.start_run() as run:
        role(model, "champion").save(NEW)
    with mlflow.start_run(run_id=run.info.run_id):
        role(model, "champion").save(NEW)
    assert versions(model) == {1, 3}
    move_aliases(run.info.run_id)
    champion = MlflowClient().get_model_version_by_alias(model, "champion")
    assert int(champion.version) == 3
    assert champion.tags["previous_champion"] == "1"
    with mlflow.start_run(run_id=run.info.run_id):
        role(model, "champion").save(NEW)
    assert versions(model) == {1, 3, 4}


def test_an_alias_moves_when_the_run_is_published(model: str) -> None:
    train(model)
    with mlflow.start_run() as run:
        role(model, "champion").save(NEW)
        assert role(model, "champion").load()["version"] == 2
        assert int(MlflowClient().get_model_version_by_alias(model, "champion").version) == 1
    move_aliases(run.info.run_id)
    assert int(MlflowClient().get_model_version_by_alias(model, "champion").version) == 2


def test_a_run_of_its_own_keeps_its_version_whatever_others_do(model: str) -> None:
    run_id, first = train(model)
    train(model)
    with mlflow.start_run(run_id=run_id):
        assert role(model, "champion").load()["version"] == first


@pytest.mark.parametrize("serialization_format", ["pickle", "cloudpickle"])
def test_a_model_that_could_run_code_is_not_loaded(model: str, serialization_format: str) -> None:
    logged = mlflow.sklearn.log_model(
        ThatRunsCode(), name="model", serialization_format=serialization_format, pip_requirements=[]
    )
    mlflow.register_model(logged.model_uri, model)
    MlflowClient().set_registered_model_alias(model, "champion", "1")
    with pytest.raises(DatasetError, match=r"^Version 1 of .* is not stored with"):
        role(model, "champion").load()
    assert not ran


def test_a_model_is_not_trusted_because_it_says_so(model: str) -> None:
    """MLflow takes the list of trusted types from the model."""
    fitted = FunctionTransformer(keep).fit(FEATURES)
    trusted = [f"{__name__}.keep"]
    logged = mlflow.sklearn.log_model(
        fitted, name="model", skops_trusted_types=trusted, pip_requirements=[]
    )
    mlflow.register_model(logged.model_uri, model)
    MlflowClient().set_registered_model_alias(model, "champion", "1")
    with pytest.raises(DatasetError, match=r"list them under 'trusted_types' .*keep"):
        role(model, "champion").load()
    assert role(model, "champion", trusted_types=trusted).load()["version"] == 1


def test_in_a_run_that_nobody_will_publish_the_alias_moves_at_once(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(RUN_FOR_WORKERS)
    with mlflow.start_run():
        role(model, "champion").save(NEW)
    assert role(model, "champion").load()["version"] == 1


def test_a_classifier_is_logged_to_answer_with_probabilities(model: str) -> None:
    train(model)
    assert predictions(model).shape == (4, 2)


def test_a_regressor_is_logged_to_answer_with_figures(model: str) -> None:
    estimator = LinearRegression().fit(FEATURES, [0, 2, 4, 6])
    with mlflow.start_run() as run:
        role(model, "champion").save({"estimator": estimator, "input_example": FEATURES})
    move_aliases(run.info.run_id)
    assert predictions(model) == pytest.approx([0, 2, 4, 6])


def predictions(model: str) -> Any:
    return mlflow.pyfunc.load_model(f"models:/{model}@champion").predict(FEATURES)
