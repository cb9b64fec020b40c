"""The session behind `kedro run`: one identity for the run, one message for a problem."""

import logging
import re
import uuid
from typing import Any

from kedro.config import MissingConfigException
from kedro.framework.project import pipelines
from kedro.framework.session import KedroServiceSession
from kedro.io import DatasetError
from kedro.io.core import generate_timestamp
from mlflow.exceptions import MlflowException
from omegaconf.errors import OmegaConfBaseException

from .errors import GoldenPathError, explain

_LOGGER = logging.getLogger(__name__)
_EXPLAIN_THEMSELVES = (
    DatasetError,
    MissingConfigException,
    MlflowException,
    OmegaConfBaseException,
)


class Session(KedroServiceSession):
    """Kedro's session, whose runs know their own id.

    The id is Kedro's run id and dataset version at once, and every node and catalog entry can
    have it as the parameter `run_id`.
    """

    def run(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Run pipelines; see `KedroServiceSession.run` for the arguments.

        Raises:
            GoldenPathError: The input, the configuration or a service is at fault. Errors in the
                project's own functions are raised as they are.
        """
        run_id = kwargs.get("run_id") or f"{generate_timestamp()}-{uuid.uuid4().hex[:4]}"
        kwargs["run_id"] = run_id
        _LOGGER.info("Run %s of %s", run_id, ", ".join(kwargs.get("pipeline_names") or ["all"]))
        kwargs["runtime_params"] = (kwargs.get("runtime_params") or {}) | {"run_id": run_id}
        try:
            return super().run(*args, **kwargs)
        except _EXPLAIN_THEMSELVES as error:
            raise GoldenPathError(explain(error)) from error
        except ImportError as error:
            if name := _missing_pipeline(error):
                raise GoldenPathError(
                    f"There is no pipeline '{name}'. Pipelines of this project: "
                    f"{', '.join(_pipeline_names())}."
                ) from error
            raise
        except ValueError as error:
            if _raised_by_kedro(error):
                raise GoldenPathError(
                    f"{error}\nPipelines of this project: {', '.join(_pipeline_names())}; they are "
                    f"made in src/{self._package_name}/pipelines."
                ) from error
            raise


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
