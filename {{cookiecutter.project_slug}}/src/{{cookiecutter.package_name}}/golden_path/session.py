"""The session behind `kedro run`: one identity for the run, one message for a problem."""

import logging
import re
from typing import Any

import mlflow
from kedro.config import MissingConfigException
from kedro.framework.project import pipelines
from kedro.framework.session import KedroServiceSession
from kedro.io import DatasetError
from kedro.pipeline import Pipeline
from mlflow.exceptions import MlflowException
from omegaconf.errors import OmegaConfBaseException

from .config import ConfigLoader
from .contract import ContractError
from .errors import FailsAgainError, GoldenPathError, causes, explain
from .identity import dag_task, new_run_id
from .watchdog import die_with_parent

_LOGGER = logging.getLogger(__name__)
_SELECTING = ("tags", "from_nodes", "to_nodes", "node_names", "from_inputs", "to_outputs")
_EXPLAIN_THEMSELVES = (
    DatasetError,
    MissingConfigException,
    MlflowException,
    OmegaConfBaseException,
)


class Session(KedroServiceSession):
    """Kedro's session, whose runs know their own id.

    The id is Kedro's run id and dataset version at once, and every node and catalog entry can
    have it as the parameter `run_id`. Given as a parameter, it goes on with the run that has it.
    """

    _run_id = ""
    _pipeline: Pipeline | None = None

    def run(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Run pipelines; see `KedroServiceSession.run` for the arguments.

        Raises:
            GoldenPathError: The input, the configuration or a service is at fault. Errors in the
                project's own functions are raised as they are.
        """
        params = kwargs.get("runtime_params") or {}
        task = dag_task()
        if task:
            die_with_parent()
        self._run_id = task.run_id if task else str(params.get("run_id") or new_run_id())
        kwargs |= {"run_id": self._run_id, "runtime_params": params | {"run_id": self._run_id}}
        names = kwargs.get("pipeline_names") or ["__default__"]
        _LOGGER.info("Run %s of %s", self._run_id, ", ".join(names))
        opened_by_caller = mlflow.active_run()
        try:
            self._pipeline = _selected(names, kwargs)
            return super().run(*args, **kwargs)
        except _EXPLAIN_THEMSELVES as error:
            broken = any(isinstance(cause, ContractError) for cause in causes(error))
            kind = FailsAgainError if task and broken else GoldenPathError
            raise kind(explain(error)) from error
        except ImportError as error:
            if name := _missing_pipeline(error):
                raise _no_pipeline(name) from error
            raise
        except ValueError as error:
            if _raised_by_kedro(error):
                raise GoldenPathError(
                    f"{error}\nPipelines of this project: {', '.join(_pipeline_names())}; they are "
                    f"made in src/{self._package_name}/pipelines."
                ) from error
            raise
        finally:
            self._pipeline = None
            # Whatever went wrong outside the pipeline: MLflow would call it a success at exit.
            while mlflow.active_run() and not opened_by_caller:
                mlflow.end_run("FAILED")

    def _get_config_loader(self, runtime_params: dict[str, Any] | None = None) -> ConfigLoader:
        loader = super()._get_config_loader(runtime_params)
        assert isinstance(loader, ConfigLoader)
        if self._pipeline is not None:
            loader.stage(self._run_id, self._pipeline)
        return loader


def _selected(names: list[str], options: dict[str, Any]) -> Pipeline:
    """The nodes that a run is asked for, as Kedro selects them."""
    pipelines.set_requested(None if names == ["__default__"] else names)
    if unknown := [name for name in names if name not in pipelines]:
        raise _no_pipeline(unknown[0])
    return sum((pipelines[name] for name in names), Pipeline([])).filter(
        **{key: options.get(key) for key in _SELECTING}, node_namespaces=options.get("namespaces")
    )


def _no_pipeline(name: str) -> GoldenPathError:
    return GoldenPathError(
        f"There is no pipeline '{name}'. Pipelines of this project: {', '.join(_pipeline_names())}."
    )


def _missing_pipeline(error: ImportError) -> str | None:
    # Kedro says the same of a module that is not there and of one that breaks, but for the cause.
    found = re.search(r"'\w+\.pipelines\.(\w+)' module", str(error))
    return found[1] if found and error.__cause__ is None else None


def _pipeline_names() -> list[str]:
    pipelines.set_requested(None)
    return sorted(pipelines)


def _raised_by_kedro(error: BaseException) -> bool:
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    module = traceback.tb_frame.f_globals.get("__name__", "") if traceback else ""
    return str(module).startswith("kedro.")
