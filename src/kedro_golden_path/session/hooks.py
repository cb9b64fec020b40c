"""Kedro's hooks for tracking; MLflow is imported when the first of them is called."""

from __future__ import annotations

from collections.abc import Generator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from ..extras import require

if TYPE_CHECKING:
    from .tracker import Tracker


class TrackingHooks:
    """One MLflow run per Kedro run, with provenance, validation results and a correct final status.

    A process that works for a run that somebody else opened (a task of a DAG) leaves it open.

    A catalog entry asks for its data to be logged as well with `metadata: {mlflow: metrics}` (a
    flat mapping of numbers) or `metadata: {mlflow: artifact}` (the file).
    """

    def __init__(self) -> None:
        """Start without a context, as in the worker processes of a parallel run."""
        self._context: KedroContext | None = None

    @cached_property
    def _tracker(self) -> Tracker:
        require("mlflow", "TrackingHooks needs", "kedro_mlflow", "mlflow")
        from .tracker import Tracker

        return Tracker(self._context)

    def look_at_store(self, context: KedroContext) -> None:
        """Tell MLflow where a project's store is, without creating anything in it."""
        self._context = context
        self._tracker.look_at_store()

    @hook_impl(tryfirst=True)
    def after_context_created(self, context: KedroContext) -> None:
        """Prepare the store before kedro-mlflow connects to it."""
        self._context = context
        self.__dict__.pop("_tracker", None)
        self._tracker.prepare_store()

    @hook_impl(wrapper=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> Generator[None, Any, Any]:
        """Open the run or find it, and log where it comes from."""
        return (yield from self._tracker.before_run(run_params, pipeline, catalog))

    @hook_impl
    def before_node_run(self, catalog: DataCatalog) -> None:
        """Remember the catalog, and join the run in a worker process."""
        self._tracker.before_node(catalog)

    @hook_impl
    def before_dataset_saved(self, dataset_name: str) -> None:
        """Stop if a later try of the same task has started."""
        self._tracker.before_saving(dataset_name)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any, node: Node) -> None:
        """Log the data where its catalog entry asks for it."""
        self._tracker.after_saving(dataset_name, data, node)

    @hook_impl(wrapper=True)
    def after_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> Generator[None, Any, Any]:
        """Publish the outputs, report on the data, close the run, print the summary."""
        return (yield from self._tracker.after_run(run_params, pipeline, catalog))

    @hook_impl(wrapper=True)
    def on_pipeline_error(
        self, error: Exception, run_params: dict[str, Any]
    ) -> Generator[None, Any, Any]:
        """Report on the data, log the error, then let kedro-mlflow close the run."""
        return (yield from self._tracker.on_error(error, run_params))
