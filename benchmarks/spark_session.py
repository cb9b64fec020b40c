"""The Spark session of a generated project, as its runs in the environment `spark` have it."""

import os
from pathlib import Path
from typing import Any


def project_session(project: Path) -> Any:
    """Start Spark with the project's conf/spark/spark.yml on two cores of this machine."""
    os.environ["SPARK_MASTER"] = "local[2]"
    os.environ["SPARK_DRIVER_MEMORY"] = "4g"
    from kedro_golden_path import ConfigLoader
    from kedro_golden_path.spark.session import configure, spark_session

    conf = ConfigLoader(
        conf_source=str(project / "conf"), env="spark", base_env="base", default_run_env="local"
    )
    configure(conf)
    return spark_session()
