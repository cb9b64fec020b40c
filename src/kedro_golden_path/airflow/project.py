"""The DAGs of a project, from its configuration and pipelines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from kedro.config import AbstractConfigLoader, MissingConfigException
from kedro.pipeline import Pipeline

from .configuration import Configuration, Problem
from .dag import Dag
from .grouping import Refused, datasets_in_memory, group
from .parameters import parameter_problems
from .pods import pod_problems
from .schema import DagSettings, OnAssets
from .versions import FEATURES, offered

LoaderOf = Callable[[str], AbstractConfigLoader]


@dataclass(frozen=True)
class Project:
    """What the export needs to know about a project."""

    package: str
    pipelines: Mapping[str, Pipeline]
    loader_of: LoaderOf
    environments: Collection[str]
    owner: str


def dags(project: Project, configuration: Configuration, env: str) -> list[Dag]:
    """The DAGs of a project, sorted by id.

    Args:
        project: The project.
        configuration: The settings from `airflow.yml`.
        env: The environment of the DAGs.

    Raises:
        GoldenPathError: There are mistakes; all are named, each with file and key.
    """
    settings = configuration.dags
    problems = {
        name: [*_problems(each, project), *_shared(name, settings, project)]
        for name, each in settings.items()
    }
    configuration.refuse(problems)
    in_memory = _memory(project)
    made: list[Dag] = []
    for name, each in settings.items():
        pipelines = _pipelines(name, each)
        try:
            tasks = group(each, pipelines, project.pipelines, in_memory(each.env or env))
        except Refused as refused:
            problems[name] = list(refused.problems)
            continue
        made.append(
            Dag(
                dag_id=_dag_id(name, each, project.package),
                env=each.env or env,
                settings=each,
                pipelines=tuple(pipelines),
                tasks=tuple(tasks),
                owner=each.owner or project.owner,
                package=project.package,
                made_for=env,
                files=tuple(configuration.files),
                triggers=tuple(_triggered(each, settings, project)),
            )
        )
    configuration.refuse(problems)
    return sorted(made, key=lambda dag: dag.dag_id)


def _triggered(
    publisher: DagSettings, dags: Mapping[str, DagSettings], project: Project
) -> Iterator[str]:
    """The DAGs that wait for what a DAG publishes, in an Airflow where they cannot."""
    for name, settings in dags.items():
        if _must_be_triggered(settings) and _publishes_all(publisher, settings):
            yield _dag_id(name, settings, project.package)


def _must_be_triggered(settings: DagSettings) -> bool:
    partitions = offered(settings.airflow_version)["partitions"]
    return isinstance(settings.schedule, OnAssets) and not partitions


def _publishes_all(publisher: DagSettings, settings: DagSettings) -> bool:
    assert isinstance(settings.schedule, OnAssets)
    return set(settings.schedule.assets) <= set(publisher.publishes)


def _dag_id(name: str, settings: DagSettings, package: str) -> str:
    return settings.dag_id or f"{package}_{name}"


def _pipelines(name: str, settings: DagSettings) -> list[str]:
    return list(dict.fromkeys(settings.pipelines or [name]))


def _memory(project: Project) -> Callable[[str], set[str]]:
    """The function that returns the datasets that an environment keeps in memory."""
    names = {name for each in project.pipelines.values() for name in each.datasets()}

    @cache
    def in_memory(env: str) -> set[str]:
        try:
            catalog: dict[str, Any] = project.loader_of(env)["catalog"]
        except MissingConfigException:
            catalog = {}
        return datasets_in_memory(names, catalog)

    return in_memory


def _problems(settings: DagSettings, project: Project) -> Iterator[Problem]:
    """Problems of a DAG by itself, apart from its pipelines."""
    on_time = isinstance(settings.schedule, str) and settings.schedule != "@once"
    if on_time and settings.start_date is None:
        yield Problem(("start_date",), f"is needed with the schedule {settings.schedule}")
    if settings.schedule == "@continuous" and settings.max_active_runs > 1:
        yield Problem(("max_active_runs",), "must be 1 with the schedule @continuous")
    if settings.start_date and settings.end_date and settings.end_date <= settings.start_date:
        yield Problem(("end_date",), "must be after start_date")
    if settings.env and settings.env not in project.environments:
        known = ", ".join(sorted(project.environments))
        yield Problem(("env",), f"there is no environment '{settings.env}'; there are {known}")
    if settings.runs_on == "venv" and settings.venv is None:
        yield Problem(("venv", "project"), "is needed with runs_on: venv")
    if settings.runs_on == "kubernetes" and settings.kubernetes is None:
        yield Problem(("kubernetes", "image"), "is needed with runs_on: kubernetes")
    if settings.kubernetes:
        yield from pod_problems(settings.kubernetes)
    twice = settings.environment.variables.keys() & settings.environment.connections.keys()
    for name in sorted(twice):
        yield Problem(("environment", "connections", name), "is under variables as well")
    for key in ("notify_on_failure", "notify_on_warning", "notify_on_deadline"):
        for number, notification in enumerate(getattr(settings, key)):
            if notification.notifier.split(".")[0] in ("kedro", project.package):
                yield Problem(
                    (key, number, "notifier"),
                    "must be a class of Airflow's environment, which has neither Kedro nor the "
                    "project",
                )
    if settings.notify_on_deadline and not settings.deadline:
        yield Problem(("deadline",), "is needed with notify_on_deadline")
    if settings.deadline and not settings.notify_on_deadline:
        yield Problem(("notify_on_deadline",), "is needed with deadline: say who is notified")
    yield from parameter_problems(settings.parameters)


def _shared(name: str, dags: Mapping[str, DagSettings], project: Project) -> Iterator[Problem]:
    """Problems of a DAG with other DAGs and with the project's pipelines."""
    settings = dags[name]
    own = _dag_id(name, settings, project.package)
    for other in list(dags)[: list(dags).index(name)]:
        # On some file systems, files whose names differ only in case are one.
        if _dag_id(other, dags[other], project.package).casefold() == own.casefold():
            yield Problem(("dag_id",), f"{own} is that of dags.{other} as well")
    if settings.airflow_version != (first := next(iter(dags.values()))).airflow_version:
        yield Problem(
            ("airflow_version",),
            f"another DAG is for Airflow {first.airflow_version}: name one version, under defaults",
        )
    pipelines = _pipelines(name, settings)
    unknown = [each for each in pipelines if each not in project.pipelines]
    for each in unknown:
        known = ", ".join(sorted(project.pipelines))
        yield Problem(("pipelines",), f"there is no pipeline '{each}'; there are {known}")
    if unknown:
        return
    made = {output for each in pipelines for output in project.pipelines[each].all_outputs()}
    if not any(project.pipelines[each].nodes for each in pipelines):
        yield Problem(("pipelines",), f"{', '.join(pipelines)} has no nodes yet")
    for number, dataset in enumerate(settings.publishes):
        if dataset not in made:
            known = ", ".join(sorted(made))
            yield Problem(
                ("publishes", number), f"'{dataset}' is not made by the DAG; it makes {known}"
            )
    if isinstance(settings.schedule, OnAssets):
        published = sorted({dataset for other in dags.values() for dataset in other.publishes})
        for number, asset in enumerate(settings.schedule.assets):
            if "/" not in asset and asset not in published:
                yield Problem(
                    ("schedule", "assets", number),
                    f"no DAG of the project publishes '{asset}'; published are "
                    f"{', '.join(published) or 'none'}. An asset of another project is named "
                    "in full, as in other_project/dataset",
                )
    if _must_be_triggered(settings) and not any(
        _publishes_all(other, settings) for other in dags.values()
    ):
        yield Problem(
            ("schedule", "assets"),
            f"Airflow {settings.airflow_version} cannot wait for the same month of several Assets: "
            "one DAG of the project must publish all of them, which then triggers this one; "
            f"or use Airflow {FEATURES['partitions'].since}",
        )
