"""The Spark session of a generated project, as its runs in the environment `spark` have it."""

# Runs in a project's environment, with packages that the template's own lacks.
# mypy: disable-error-code="import-not-found,import-untyped"

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def project_session(project: Path) -> Any:
    """Start Spark with the project's conf/spark/spark.yml on two cores of this machine."""
    os.environ["SPARK_MASTER"] = "local[2]"
    os.environ["SPARK_DRIVER_MEMORY"] = "4g"
    from flight_delays.golden_path.config import ConfigLoader
    from flight_delays.golden_path.spark import SparkHooks, spark_session

    conf = ConfigLoader(
        conf_source=str(project / "conf"), env="spark", base_env="base", default_run_env="local"
    )
    SparkHooks().after_context_created(SimpleNamespace(config_loader=conf))
    return spark_session()
