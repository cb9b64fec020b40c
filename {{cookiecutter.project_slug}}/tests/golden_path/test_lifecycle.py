from collections.abc import Iterator
from typing import Any

import mlflow
import pandas as pd
import pytest
from kedro.io import DatasetError
from mlflow import MlflowClient
from sklearn.linear_model import LogisticRegression

from {{ cookiecutter.package_name }}.golden_path.lifecycle import (
    ModelDataset,
    publish_aliases,
)

FEATURES = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]})
NEW = {"estimator": LogisticRegression().fit(FEATURES, [0, 0, 1, 1]), "input_example": FEATURES}


@pytest.fixture(scope="module", autouse=True)
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    known, place = mlflow.get_tracking_uri(), tmp_path_factory.mktemp("mlflow")
    mlflow.set_tracking_uri(f"sqlite:///{place / 'mlflow.db'}")
    mlflow.create_experiment("models", artifact_location=place.as_uri())
    mlflow.set_experiment("models")
    yield
    mlflow.set_tracking_uri(known)


@pytest.fixture
def model(request: pytest.FixtureRequest) -> str:
    return str(request.node.name)


def role(model: str, alias: str, **options: Any) -> ModelDataset:
    """The dataset as a new process has it."""
    return ModelDataset(name=model, alias=alias, requirements=["scikit-learn"], **options)


def train(model: str, alias: str = "champion") -> tuple[str, int]:
    """The MLflow run, and the version that it made."""
    with mlflow.start_run() as run:
        dataset = role(model, alias)
        dataset.save(NEW)
        version = int(dataset.load()["version"])
    publish_aliases(run.info.run_id)
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
    run_id, published = train(model)
    for _ in ("first", "second"):
        with mlflow.start_run(run_id=run_id):
            role(model, "champion").save(NEW)
    assert versions(model) == {published, published + 2}
    publish_aliases(run_id)
    champion = MlflowClient().get_model_version_by_alias(model, "champion")
    assert int(champion.version) == published + 2
    assert champion.tags["previous_champion"] == str(published)


def test_an_alias_moves_when_the_run_is_published(model: str) -> None:
    train(model)
    with mlflow.start_run() as run:
        role(model, "champion").save(NEW)
        assert role(model, "champion").load()["version"] == 2
        assert MlflowClient().get_model_version_by_alias(model, "champion").version == 1
    publish_aliases(run.info.run_id)
    assert MlflowClient().get_model_version_by_alias(model, "champion").version == 2


def test_a_run_of_its_own_keeps_its_version_whatever_others_do(model: str) -> None:
    run_id, first = train(model)
    train(model)
    with mlflow.start_run(run_id=run_id):
        assert role(model, "champion").load()["version"] == first
