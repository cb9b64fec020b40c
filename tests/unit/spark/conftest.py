"""One Spark session for all tests, on a machine that lives by the clock of New York."""

import os
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from kedro.framework import project

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

collect_ignore_glob = [] if find_spec("pyspark") else ["test_*.py"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("spark")


@pytest.fixture(scope="session")
def spark() -> Iterator["SparkSession"]:
    """The session as a run of the example makes it."""
    from kedro_golden_path.spark import session

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        for name in ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON"):
            patch.delenv(name, raising=False)
        # Something else comes first on the PATH, as on many machines.
        patch.setenv("PATH", f"/usr/bin{os.pathsep}{os.environ['PATH']}")
        patch.setattr(
            session._Settings,
            "options",
            {"spark.master": "local[2]", "spark.sql.shuffle.partitions": "2"},
        )
        with pytest.MonkeyPatch.context() as of_the_example:
            of_the_example.setattr(project, "PACKAGE_NAME", "flight_delays")
            made = session.spark_session()
        yield made
        session.stop_session()
    time.tzset()
