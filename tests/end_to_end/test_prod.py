"""The environment `prod` for real: an object store and an MLflow server, both on loopback."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from support import Project, service

BUCKET = "warehouse"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@pytest.fixture
def object_store(tmp_path: Path) -> Iterator[str]:
    server = str(Path(sys.executable).with_name("moto_server"))
    with service([server, "-H", "127.0.0.1", "-p", "{port}"], "/moto-api/", tmp_path) as url:
        yield url


@pytest.fixture
def tracking_server(project: Project, tmp_path: Path) -> Iterator[str]:
    command = [
        *(str(project.path / ".venv/bin/mlflow"), "server", "--host", "127.0.0.1"),
        *("--port", "{port}", "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{tmp_path}/server.db"),
        *("--artifacts-destination", str(tmp_path / "artifacts")),
    ]
    with service(command, "/health", tmp_path, MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false") as url:
        yield url


def upload(client: Any, directory: Path, prefix: str) -> None:
    for file in directory.rglob("*.parquet"):
        key = f"{prefix}/{file.relative_to(directory).as_posix()}"
        client.upload_file(str(file), BUCKET, key)


def test_the_whole_pipeline_runs_on_an_object_store_and_a_server(
    project: Project, object_store: str, tracking_server: str
) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=object_store,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket=BUCKET)
    upload(client, project.path / "data/01_raw", "flights/01_raw")
    before = {path for path in (project.path / "data").rglob("*") if path.is_file()}

    output = project.kedro(
        *("run", "--env", "prod"),
        env={
            "DATA_ROOT": f"s3://{BUCKET}/flights",
            "MLFLOW_TRACKING_URI": tracking_server,
            "AWS_ENDPOINT_URL": object_store,
        }
        | CREDENTIALS,
    )

    predictions = "07_model_output/predictions/month=2013-04/predictions.parquet"
    assert f"s3://{BUCKET}/flights/{predictions}" in output
    written = {
        entry["Key"].removeprefix("flights/")
        for entry in client.list_objects_v2(Bucket=BUCKET)["Contents"]
    }
    assert {predictions, "08_reporting/month=2013-04/roc.png"} <= written
    store = project.store(tracking_server)
    (run,) = store["runs"]
    assert (run["name"], run["status"]) == ("default 2013-04", "FINISHED")
    assert {"reports/roc.png", "contracts.json"} <= set(run["artifacts"])
    assert run["tags"]["input.flights_raw"].startswith("sha256:")
    assert store["models"]["flight_delays"]["aliases"] == {"challenger": 1, "champion": 1}
    assert {path for path in (project.path / "data").rglob("*") if path.is_file()} == before
    assert not (project.path / "mlflow.db").exists()
