"""Run a Python program and write down where its seconds go: `traced.py OUT PACKAGE PROGRAM …`.

It runs in the environment of a generated project. Each function in `RULES` is wrapped as soon as
its module was imported, and every import of a module that is not loaded yet is measured. A second
belongs to the innermost of these that is running, so that the parts add up to the whole: an import
inside a node counts as import, a contract checked while a dataset is saved counts as contract.
Only the main thread is looked at: Kedro's default runner works in it.
"""

import functools
import inspect
import json
import runpy
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

CONFIGURATION = "session, configuration, catalog"
STORE = "tracking: store set-up"
LOGGING = "tracking: run, parameters, metrics, tags, artifacts"
MODEL = "tracking: model logging"
REGISTRY = "tracking: registry, loading models"
PROVENANCE = "provenance: git, digests"
CONTRACTS = "contracts: translation and validation"
REPORT = "contracts: report and its logging"
DATA = "loading and saving"
NODES = "node functions"
SUMMARY = "summary"
REST = "rest: command line, runner, hooks"
IMPORT = "import "
IMPORT_FOR_CONTRACTS = "import for contracts: "

RULES = {
    "kedro.framework.startup": {"bootstrap_project": CONFIGURATION},
    "kedro.framework.session.service_session": {
        "KedroServiceSession.create": CONFIGURATION,
        "KedroServiceSession.run": CONFIGURATION,
    },
    "kedro.runner.runner": {"AbstractRunner.run": REST},
    "kedro.io.data_catalog": {"DataCatalog.load": DATA, "DataCatalog.save": DATA},
    "kedro.pipeline.node": {"Node.run": NODES},
    "kedro_mlflow.framework.hooks.mlflow_hook": {
        "MlflowHook.after_context_created": STORE,
        "MlflowHook.before_pipeline_run": LOGGING,
        "MlflowHook.before_node_run": LOGGING,
        "MlflowHook.after_pipeline_run": LOGGING,
    },
    "mlflow.sklearn": {"log_model": MODEL, "load_model": REGISTRY},
    "kedro_golden_path.contracts.results": {"close_results": REPORT},
    "kedro_golden_path.contracts.validator": {
        "Contract.__init__": CONTRACTS,
        "Contract.validate": CONTRACTS,
    },
    "kedro_golden_path.models.dataset": {
        "ModelDataset.load": REGISTRY,
        "ModelDataset.save": REGISTRY,
        "ModelDataset._register": MODEL,
    },
    "kedro_golden_path.models.gate": {"GateDecisionDataset.save": REGISTRY},
    "kedro_golden_path.tracking.store": {"prepare_store": STORE},
    "kedro_golden_path.tracking.provenance": {
        "describe_code": PROVENANCE,
        "describe_inputs": PROVENANCE,
    },
    "kedro_golden_path.tracking.task_reports": {"log_report": REPORT},
    "kedro_golden_path.session.summary": {"print_summary": SUMMARY},
    "kedro_golden_path.session.hooks": {
        "TrackingHooks.after_context_created": STORE,
        "TrackingHooks.before_pipeline_run": LOGGING,
        "TrackingHooks.before_node_run": LOGGING,
        "TrackingHooks.after_dataset_saved": LOGGING,
        "TrackingHooks.after_pipeline_run": LOGGING,
    },
}
# What would not be imported without contracts: these, and of what they import first the packages
# that nothing else in a run imports.
# `{package}` is the package of the project.
FOR_CONTRACTS = ("pandera", "kedro_golden_path.contracts", "{package}.contracts")
ONLY_FOR_CONTRACTS = (
    *("pandera", "typeguard", "typing_inspect", "mypy_extensions"),
    *("kedro_golden_path", "{package}"),
)


class Clock:
    """Seconds by label, each second counted once, for the innermost label."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._labels = [REST]
        self._since = time.perf_counter()

    @contextmanager
    def label(self, label: str) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self.settle()
        self._labels.append(label)
        try:
            yield
        finally:
            self.settle()
            self._labels.pop()

    def settle(self) -> None:
        """Count the time since the last change."""
        now = time.perf_counter()
        self.seconds[self._labels[-1]] += now - self._since
        self._since = now


class Tracer:
    """Measures imports, and wraps functions when their modules appear."""

    def __init__(self, package: str) -> None:
        self.clock = Clock()
        self.missed = dict(RULES)
        self._for_contracts = tuple(name.replace("{package}", package) for name in FOR_CONTRACTS)
        self._only_for_contracts = {
            name.replace("{package}", package) for name in ONLY_FOR_CONTRACTS
        }
        self._importing_for_contracts = False

    def install(self) -> None:
        # What the `import` statement and `importlib.import_module` call for a module that is not
        # in `sys.modules`. The frozen name is the module itself.
        machinery: Any = sys.modules["_frozen_importlib"]
        find_and_load = machinery._find_and_load

        def measured(name: str, import_: Any) -> Any:
            with self._import_of(name):
                module = find_and_load(name, import_)
            if name in self.missed:
                self._wrap(sys.modules[name])
            return module

        machinery._find_and_load = measured

    @contextmanager
    def _import_of(self, name: str) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        package = name.partition(".")[0]
        outer = self._importing_for_contracts
        ours = any(f"{name}.".startswith(f"{prefix}.") for prefix in self._for_contracts)
        self._importing_for_contracts = (outer or ours) and package in self._only_for_contracts
        kind = IMPORT_FOR_CONTRACTS if self._importing_for_contracts else IMPORT
        try:
            with self.clock.label(kind + package):
                yield
        finally:
            self._importing_for_contracts = outer

    def _wrap(self, module: ModuleType) -> None:
        for path, label in self.missed.pop(module.__name__).items():
            *owners, name = path.split(".")
            owner = functools.reduce(getattr, owners, module)
            attribute = inspect.getattr_static(owner, name)
            if isinstance(attribute, classmethod):
                setattr(owner, name, classmethod(self._timed(attribute.__func__, label)))
            else:
                setattr(owner, name, self._timed(attribute, label))

    def _timed(self, function: Callable[..., Any], label: str) -> Callable[..., Any]:
        if inspect.isgeneratorfunction(function):
            # A hook around other hooks: those count for themselves.
            @functools.wraps(function)
            def around(*args: Any, **kwargs: Any) -> Generator[None, Any, Any]:
                generator = function(*args, **kwargs)
                with self.clock.label(label):
                    next(generator)
                result = yield
                try:
                    with self.clock.label(label):
                        generator.send(result)
                except StopIteration as end:
                    return end.value

            return around

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            with self.clock.label(label):
                return function(*args, **kwargs)

        return timed


def main(out: str, package: str, program: str, *arguments: str) -> None:
    started = time.time()
    tracer = Tracer(package)
    tracer.install()
    sys.argv = [program, *arguments]
    # What Python does for a program that it is given.
    sys.path[0] = str(Path(program).parent)
    code: Any = 0
    try:
        runpy.run_path(program, run_name="__main__")
    except SystemExit as end:
        code = end.code
    tracer.clock.settle()
    result = {
        "started": started,
        "ended": time.time(),
        "seconds": tracer.clock.seconds,
        "missed": sorted(tracer.missed),
    }
    Path(out).write_text(json.dumps(result), encoding="utf-8")
    sys.exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
