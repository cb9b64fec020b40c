"""Settings of the process, for all commands of a project."""

import atexit
import gc
import os
import sys
import warnings
from importlib import import_module
from importlib.util import find_spec
from typing import Any

_VARIABLES = {
    "KEDRO_DISABLE_TELEMETRY": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # OpenMP threads wait for each other without giving up their cores: two runs on one machine
    # would be many times slower than one.
    "OMP_NUM_THREADS": "1",
    # Otherwise the import of pandera has pyarrow drop the offsets of moments.
    "PYARROW_IGNORE_TIMEZONE": "",
}
# Kedro's command line, and the module that tells that it is about to import no other plugin.
_CLI, _ALONE = "kedro.framework.cli.cli", "kedro_golden_path.cli.alone"


def configure_process() -> None:
    """Make the commands of Kedro and MLflow faster and quieter, and switch off their telemetry.

    `settings.py` calls it once, before MLflow and pandera are imported. It is optional: nothing
    else depends on it. Environment variables that are already set stay as they are. It

    - switches off the telemetry of Kedro and MLflow, MLflow's progress bars, and its messages below
      the level of a warning;
    - limits OpenMP to one thread (`OMP_NUM_THREADS`);
    - keeps pandera from making pyarrow drop the offsets of moments (`PYARROW_IGNORE_TIMEZONE`);
    - keeps pandera from importing `pyspark.pandas`, which does not work with pandas 3;
    - hides three warnings that users can do nothing about;
    - has `kedro` import SciPy's special functions before MLflow, which makes skops faster;
    - has Python look for garbage less often.
    """
    for name, value in _VARIABLES.items():
        os.environ.setdefault(name, value)
    modules: dict[str, Any] = sys.modules
    modules.setdefault("pyspark.pandas", None)
    warnings.filterwarnings("ignore", message=r"register_new_resolver\(\) is deprecated")
    warnings.filterwarnings("ignore", message=r"PySpark does not yet fully support pandas")
    # A run imports thousands of modules. With Python's default of a collection every 700 new
    # objects, a third of that time is spent on collections that find nothing.
    gc.set_threshold(50_000, 20, 50)
    atexit.register(gc.freeze)
    if _ALONE not in sys.modules and _CLI in sys.modules and find_spec("kedro_mlflow"):
        _prepare_for_skops()
        _define_quietly()


def _prepare_for_skops() -> None:
    """Import what skops will look for before the thousands of modules that it would look into.

    skops, which reads and writes models, looks for each of SciPy's special functions in all
    modules, from the first that was imported to the one that has it.
    """
    if find_spec("skops"):
        import_module("scipy.special")


def _define_quietly() -> None:
    """Import now what Kedro's command line is about to import: commands of kedro-mlflow.

    MLflow warns when their classes are defined, in a way that no filter reaches.
    """
    with warnings.catch_warnings(record=True):
        import_module("kedro_mlflow.mlflow")
