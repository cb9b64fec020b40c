"""Run scripts as forks of one process; it is run with the Python of a project's environment.

`kedro` takes up to three seconds to import what does not depend on the project. Here it is imported
once for many commands. All else is as without: each has a process of its own, with the directory
and the variables that it is to have, and imports Kedro's framework, the plugin and the project.

Each line of the input is the JSON of a request, each of the output that of the exit code, negative
for a signal.
"""

import gc
import json
import os
import runpy
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from kedro_golden_path import configure_process

# Not `kedro.framework`, which takes its logging from the directory that it is imported in.
MODULES = (
    *("kedro.io", "kedro.pipeline", "kedro_datasets.pandas", "omegaconf", "rich.console"),
    *("pandas", "pyarrow.parquet", "pandera.pandas", "narwhals", "matplotlib.pyplot"),
    *("mlflow", "mlflow.pyfunc", "mlflow.sklearn", "mlflow.store.tracking.sqlalchemy_store"),
    *("sklearn.ensemble", "sklearn.compose", "sklearn.inspection", "sklearn.pipeline", "skops.io"),
)


def is_there(module: str) -> bool:
    """Whether a module can be imported: not every environment has all extras."""
    return all(
        find_spec(".".join(module.split(".")[: n + 1])) for n in range(module.count(".") + 1)
    )


def become(
    script: str, arguments: list[str], directory: str, env: dict[str, str], printed: str
) -> None:
    """Make this process that of a command, but for what it has imported."""
    for streams, file, flags in (
        ((0,), os.devnull, os.O_RDONLY),
        ((1, 2), printed, os.O_WRONLY | os.O_APPEND),
    ):
        opened = os.open(file, flags)
        for stream in streams:
            os.dup2(opened, stream)
        os.close(opened)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = [script, *arguments]
    sys.path[0] = str(Path(script).parent)
    runpy.run_path(script, run_name="__main__")


def main() -> None:
    configure_process()
    for module in filter(is_there, MODULES):
        import_module(module)
    assert "kedro.framework.project" not in sys.modules
    gc.freeze()
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if not child:
            become(**json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
