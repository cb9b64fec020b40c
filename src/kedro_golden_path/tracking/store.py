"""The MLflow store, which has to be reachable and ready before a run touches anything."""

import urllib.error
import urllib.request
from pathlib import Path

from ..errors import GoldenPathError
from .client import client, error_code, use

_SQLITE = "sqlite:///"
_SECONDS_TO_ANSWER = 5.0


def prepare_store(uri: str, experiment: str, *, light: bool = False) -> None:
    """Make sure that `uri` answers and that `experiment` exists, and use it from now on.

    A local SQLite store is created under a lock, because MLflow fails when two processes create it
    at the same time; its artifacts go to `mlruns/` beside it.

    Args:
        uri: The address of the store.
        experiment: The name of the experiment.
        light: Do without importing MLflow where that is possible, see `client.use`.

    Raises:
        GoldenPathError: The server does not answer within 5 seconds, or refuses, or the local
            store is locked or damaged.
    """
    if uri.startswith(("http://", "https://")):
        _check_server(uri)
        use(uri, light=light)
        _ensure_experiment(uri, experiment, None)
    elif uri.startswith(_SQLITE):
        use(uri)
        _prepare_database(uri, experiment)
    else:
        use(uri)


def _prepare_database(uri: str, experiment: str) -> None:
    from filelock import FileLock
    from sqlalchemy.exc import DBAPIError

    database = Path(uri.removeprefix(_SQLITE)).absolute()
    database.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{database}.lock"):
        try:
            _ensure_experiment(uri, experiment, (database.parent / "mlruns").as_uri())
        except DBAPIError as error:
            raise GoldenPathError(
                f"The MLflow store {database} cannot be used: {error.orig}. Nothing was run or "
                "written. If another program is using it, wait for it or end it. If it is "
                "damaged, restore a copy, or move it away: the next run makes a new store, "
                "without the runs and models of this one."
            ) from error


def _check_server(uri: str) -> None:
    try:
        urllib.request.urlopen(f"{uri.rstrip('/')}/health", timeout=_SECONDS_TO_ANSWER).close()
    except urllib.error.HTTPError:
        return  # It answers; whether it lets us in is for MLflow's client to find out.
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise GoldenPathError(
            f"The MLflow server at {uri} does not answer ({reason}). Nothing was run or written. "
            "Start it, or set MLFLOW_TRACKING_URI to the right address, and run the same command "
            "again."
        ) from error


def _ensure_experiment(uri: str, name: str, artifact_location: str | None) -> None:
    try:
        if client().get_experiment_by_name(name) is None:
            client().create_experiment(name, artifact_location=artifact_location)
    except Exception as error:
        code = error_code(error)
        if code == "RESOURCE_ALREADY_EXISTS":
            return
        if code is None or isinstance(error, GoldenPathError):
            raise
        reason = getattr(error, "message", error)
        raise GoldenPathError(f"MLflow at {uri} refuses: {reason}") from error
