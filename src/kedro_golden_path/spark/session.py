"""The Spark session of a run, created from `spark.yml` when data first needs it."""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import sys
import warnings
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.config import AbstractConfigLoader, MissingConfigException
from kedro.framework import project
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from ..errors import GoldenPathError

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame, SparkSession

_CONNECT_SECONDS = 5
_PLATFORM = __name__.partition(".")[0]

# Results depend on these. A key in spark.yml overrides them.
_SAME_RESULTS_AS_PANDAS = {
    # Without Arrow, a null among strings reaches pandas as the text "nan".
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # Otherwise text becomes a time, and a time an hour, in the time zone of the machine.
    "spark.sql.session.timeZone": "UTC",
    # Spark's default is a format of its own (INT96), without a time zone.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # Times without a zone stay as they are, and do not become times in UTC.
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
}
_QUIET = {
    # Progress bars overwrite the lines of the log.
    "spark.ui.showConsoleProgress": "false",
    # A web server for each run that nobody looks at.
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
}
_QUICK = {
    # Otherwise PySpark finds the line of code of each expression: a quarter of a contract's time.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}


class _Settings:
    """The settings of `spark.yml`, and the session if this process created one."""

    options: dict[str, str] | None = None
    made: SparkSession | None = None


class SparkHooks:
    """Configure Spark in an environment with a `spark.yml`, and stop it when the run is over."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Store the configuration; nothing is started yet."""
        configure(context.config_loader)

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Start Spark if a dataset needs it, so that problems show before any work is done.

        Raises:
            GoldenPathError: Spark cannot be started.
        """
        datasets = (catalog.get(name) for name in pipeline.datasets())
        if any(type(dataset).__module__.startswith(__package__ or "") for dataset in datasets):
            spark_session()

    @hook_impl(trylast=True)
    def after_pipeline_run(self) -> None:
        """Stop Spark."""
        stop_session()

    @hook_impl(trylast=True)
    def on_pipeline_error(self) -> None:
        """Stop Spark."""
        stop_session()


def configure(loader: AbstractConfigLoader) -> None:
    """Store the settings of `spark.yml` for the session."""
    try:
        options = loader["spark"]
    except (KeyError, MissingConfigException):
        _Settings.options = None
    else:
        _Settings.options = {key: _text(value) for key, value in options.items()}


def spark_session() -> SparkSession:
    """The session of this process; creating it takes some seconds.

    Raises:
        GoldenPathError: Spark is not installed, or cannot be started; the message says why.
    """
    if find_spec("pyspark") is None:
        raise GoldenPathError(
            "Spark is not installed. Install it with: make install-spark; in a project that was "
            "not generated: pip install 'kedro-golden-path[spark]'"
        )
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
    from pyspark.sql import SparkSession

    if active := SparkSession.getActiveSession() or _Settings.made:
        if _Settings.made is None:
            _adopt(active)
        return active
    options = _SAME_RESULTS_AS_PANDAS | _QUIET | _QUICK | (_Settings.options or {})
    _check_java()
    _check_master(options.get("spark.master", ""))
    _prepare_process(options.get("spark.master", "local"))
    builder: SparkSession.Builder = SparkSession.builder
    for key, value in options.items():
        builder = builder.config(key, value)
    try:
        _Settings.made = builder.getOrCreate()
    except Exception as error:  # The JVM's own exceptions come as several types.
        raise GoldenPathError(
            f"Spark could not be started on '{options.get('spark.master', 'local')}': "
            f"{first_line(error)}\nCorrect conf/<environment>/spark.yml, or the environment "
            "variables that it refers to, and run the same command again."
        ) from error
    return _Settings.made


def empty_frame(kinds: Mapping[str, pyarrow.DataType]) -> DataFrame:
    """A frame without rows, with columns of Arrow's types; those of type null hold text.

    Raises:
        GoldenPathError: Spark is not installed, or cannot be started; the message says why.
    """
    session = spark_session()
    import pyarrow
    from pyspark.sql.pandas.types import from_arrow_schema

    columns = {
        name: pyarrow.string() if pyarrow.types.is_null(kind) else kind
        for name, kind in kinds.items()
    }
    schema = from_arrow_schema(pyarrow.schema(columns), prefer_timestamp_ntz=True)
    return session.createDataFrame([], schema)


def stop_session() -> None:
    """Stop the session if this process created it, not if it already existed."""
    if _Settings.made is not None:
        _Settings.made.stop()
        _Settings.made = None


def is_of_spark(error: BaseException) -> bool:
    """Whether an error comes from Spark or its Java."""
    return type(error).__module__.startswith(("py4j", "pyspark"))


def first_line(error: BaseException) -> str:
    """The message of a Spark error, without Java's stack traces."""
    java: Any = getattr(error, "java_exception", None)
    while java is not None and java.getCause() is not None:
        java = java.getCause()
    text = str(java.toString() if java is not None else error)
    return text.strip().partition("\n")[0]


def _adopt(session: SparkSession) -> None:
    """Use the session of a platform or a notebook, with the settings that results depend on."""
    _prepare_process("")
    for key, value in _SAME_RESULTS_AS_PANDAS.items():
        session.conf.set(key, value)


def _prepare_process(master: str) -> None:
    pickle: Any = import_module("pyspark.cloudpickle")
    # pandera sets it to loopback, where executors on other machines cannot find the driver.
    remote = not re.match(r"local\b|spark://(127\.|localhost\b)", master)
    if remote and os.environ.get("SPARK_LOCAL_IP") == "127.0.0.1":
        del os.environ["SPARK_LOCAL_IP"]
    # Workers run the driver's interpreter, not whichever "python3" they find first.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    # Read by log4j; Spark's default prints warnings that nobody can act on.
    os.environ.setdefault(
        "LOG4J_CONFIGURATION_FILE", str(Path(__file__).with_name("log4j2.properties"))
    )
    # They print the stack trace of every failed query as JSON; the exception says the same.
    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    # Our functions and the project's travel with the job: neither has to be installed on workers.
    for name in filter(None, (_PLATFORM, project.PACKAGE_NAME)):
        pickle.register_pickle_by_value(import_module(name))


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = Path(home, "bin", "java") if home else shutil.which("java")
    if java is None or not shutil.which(java):
        where = f"JAVA_HOME={home} has none" if home else "there is none on the PATH"
        raise GoldenPathError(
            f"Spark needs Java 17 or newer, and {where}. Install a Java runtime, or set JAVA_HOME "
            "to the one that is there, and run the same command again."
        )


def _check_master(master: str) -> None:
    """Check a standalone master: Spark would try for minutes, and then say little."""
    if not master.startswith("spark://"):
        return
    addresses = re.findall(r"([^/,]+):(\d+)", master.removeprefix("spark://"))
    problems = []
    for host, port in addresses:
        try:
            socket.create_connection((host, int(port)), timeout=_CONNECT_SECONDS).close()
            return
        except OSError as error:
            problems.append(f"  {host}:{port}: {error}")
    raise GoldenPathError(
        f"The Spark master '{master}' cannot be reached:\n"
        + "\n".join(problems or ["  there is no host:port in it"])
        + "\nStart the cluster, or set SPARK_MASTER (spark.master in conf/<environment>/spark.yml) "
        "to one that runs, and run the same command again."
    )


def _text(value: Any) -> str:
    # Spark reads true, not True.
    return str(value).lower() if isinstance(value, bool) else str(value)
