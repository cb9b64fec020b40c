"""The platform's part of the project: the same in every generated project, replaced on update.

Nothing in here knows a dataset, a column or a pipeline of the team. The team reaches it through
configuration: `settings.py`, the catalog and the parameters.
"""

import atexit
import gc
import os
import sys
import warnings
from importlib.util import find_spec

_missing = [name for name in ("kedro_mlflow", "narwhals", "pandera") if find_spec(name) is None]
if _missing:
    sys.exit(
        f"{sys.executable} is not the project's environment: it has no {', '.join(_missing)}. "
        "Run 'make install' once, and then '.venv/bin/kedro', or 'kedro' after 'source "
        ".venv/bin/activate'."
    )

__version__ = "{{ cookiecutter._template_version }}"

os.environ.setdefault("KEDRO_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
# OpenMP threads wait for each other without giving up their cores: where runs share a machine, two
# of them are many times slower than one.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Where pyspark is installed, pandera imports its imitation of pandas, which does not work with
# pandas 3. It takes time, warns, and is of no use here.
sys.modules.setdefault("pyspark.pandas", None)  # type: ignore[arg-type]

# Libraries talking to each other about their future; a user can do nothing about it.
warnings.filterwarnings("ignore", message=r"register_new_resolver\(\) is deprecated")
warnings.filterwarnings("ignore", message=r"PySpark does not yet fully support pandas")

# A run imports thousands of modules. With Python's default of a collection every 700 new objects, a
# third of that time goes into looking for garbage that is not there, and some more at the end.
gc.set_threshold(50_000, 20, 50)
atexit.register(gc.freeze)
