"""Write the file of a DAG from its settings and tasks."""

from __future__ import annotations

import keyword
import re
import shlex
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from .. import months
from ..guards import in_docstring
from .grouping import CLOSE, OPEN, PUBLISH, Task
from .parameters import dotted_parameters
from .pods import THREADS, names_in_container, pod_template, threads
from .schema import DagSettings, Kubernetes, Notification, OnAssets, TaskSettings
from .values import WITHOUT_INTERVAL, connection_reference, variable_reference
from .versions import offered, replacements

MADE_BY = "Made by `kedro dags"

_DEFAULT_ARGUMENTS = tuple(key for key in TaskSettings.model_fields if key != "resources")
_UNITS = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}


@dataclass(frozen=True)
class Dag:
    """A DAG, ready to be written.

    `triggers` are DAGs that it triggers because their Airflow cannot have them wait for its Assets.
    """

    dag_id: str
    env: str
    settings: DagSettings
    pipelines: tuple[str, ...]
    tasks: tuple[Task, ...]
    owner: str
    package: str
    made_for: str
    files: tuple[str, ...]
    triggers: tuple[str, ...] = ()

    @property
    def airflow(self) -> dict[str, bool]:
        """Whether its Airflow has each feature, by its name."""
        return offered(self.settings.airflow_version)

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.dag_id}.py"


class Source(str):
    """Python source that stands for a value."""

    __slots__ = ()


def asset_name(package: str, dataset: str) -> str:
    """The name of a dataset's Asset; datasets of other projects have their full name already.

    The name is all that a subscriber needs, in any DAG of the same Airflow:
    `PartitionedAssetTimetable(assets=Asset("package/dataset"))`. There is no URI apart from it:
    where data lies depends on the environment, and to Airflow Assets of one name with different
    URIs are different ones.
    """
    return dataset if "/" in dataset else f"{package}/{dataset}"


def source(dag: Dag) -> str:
    """The text of a DAG's file, not yet formatted, with all imports that it might need."""
    template = _template()
    settings = dag.settings
    pod = settings.kubernetes if settings.runs_on == "kubernetes" else None
    names = _variable_names([task.task_id for task in dag.tasks])
    return template.render(
        dag=dag,
        made_from=textwrap.fill(in_docstring(_made_from(dag)), 100),
        made_for=textwrap.fill(in_docstring(_made_for(dag)), 100),
        airflow=dag.airflow,
        notifiers=sorted({each.notifier for each in settings.notifications}),
        warning_notifiers=list(map(_notifier, settings.notify_on_warning)),
        wait_for_data=settings.wait_for_data,
        poke_interval=settings.poke_interval,
        timezone=settings.timezone,
        parameters=dotted_parameters(settings.parameters),
        environment=dict(_environment(dag)),
        threads=_threads(dag, settings),
        assets=[asset_name(dag.package, each) for each in settings.publishes],
        needed=_needed(dag) if dag.airflow["partitions"] else [],
        venv=settings.venv,
        run_kedro=_run_kedro(dag),
        pod_settings=pod,
        pod_arguments=dict(_pod_arguments(pod)) if pod else {},
        pod=pod_template(pod, dag.package) if pod else None,
        resources=_resources(settings) if settings.resources else None,
        arguments=dict(_dag_arguments(dag)),
        calls=list(_calls(dag, names)),
        dependencies=list(_dependencies(dag, names)),
        all_tasks=[*names.values(), PUBLISH],
    )


def python(value: Any) -> str:
    """A value as Python source.

    Raises:
        TypeError: It is of a kind that no file of a DAG has.
    """
    if isinstance(value, Source):
        return str(value)
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        unit = next(name for name, size in _UNITS.items() if seconds % size == 0)
        return f"timedelta({unit}={seconds // _UNITS[unit]})"
    if isinstance(value, Mapping):
        items = (f"{python(key)}: {python(each)}" for key, each in value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(python, value))}]"
    if isinstance(value, str) and "\n" in value:
        return _text(value)
    if value is None or isinstance(value, str | int | float | bool):
        return repr(value)
    raise TypeError(f"{type(value).__name__} cannot be written into a DAG")


def _text(value: str) -> str:
    """Text of several lines, as a readable literal if possible."""
    if not value.replace("\n", "").isprintable():
        return ascii(value)
    text = value.replace("\\", "\\\\")
    if '"""' in text or text.endswith('"'):
        text = text.replace('"', '\\"')
    return f'"""{text}"""'


def _template() -> Template:
    # These marks leave those of Airflow's own templates alone.
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
    )
    environment.filters["python"] = python
    environment.globals["month_pattern"] = months.PATTERN
    return environment.get_template("dag.py.j2")


def _made_from(dag: Dag) -> str:
    kind = "pipeline" if len(dag.pipelines) == 1 else "pipelines"
    return (
        f"{MADE_BY} --env {dag.made_for}` from the {kind} {_listed(dag.pipelines)}, and from "
        f"{_listed(dag.files)}. Do not edit this file: edit those, and run the command again."
    )


def _made_for(dag: Dag) -> str:
    version = dag.settings.airflow_version
    instead = "; ".join(replacements(version, set(_used_features(dag))))
    return f"For Airflow {version}." + (
        f" What it lacks is replaced or left out: {instead}." if instead else ""
    )


def _used_features(dag: Dag) -> Iterator[str]:
    settings = dag.settings
    yield "log_url"
    if settings.wait_for_data:
        yield "reschedule"
    if settings.deadline:
        yield "deadlines"
    if any(_is_factor(each) for each in (settings, *settings.tasks.values())):
        yield "backoff_factor"
    if settings.publishes or isinstance(settings.schedule, OnAssets):
        yield "partitions"


def _is_factor(settings: TaskSettings) -> bool:
    return not isinstance(settings.retry_exponential_backoff, bool | None)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _environment(dag: Dag) -> Iterator[tuple[str, str]]:
    mapped = dag.settings.environment
    for name, variable in mapped.variables.items():
        yield name, variable_reference(variable)
    for name, connection in mapped.connections.items():
        yield name, connection_reference(connection)


def _threads(dag: Dag, settings: TaskSettings) -> dict[str, str]:
    """The variable that ties threads to the CPU of a task's pod, unless the project sets it."""
    pod, mapped = dag.settings.kubernetes, dag.settings.environment
    if dag.settings.runs_on != "kubernetes" or pod is None:
        return {}
    number = threads(settings.resources)
    said = {*mapped.variables, *mapped.connections, *names_in_container(pod)}
    return {THREADS: number} if number and THREADS not in said else {}


def _has_cron(settings: DagSettings) -> bool:
    return isinstance(settings.schedule, str) and settings.schedule not in WITHOUT_INTERVAL


def _dag_arguments(dag: Dag) -> Iterator[tuple[str, Any]]:
    settings = dag.settings
    given = {
        "description": settings.description,
        "doc_md": settings.doc or _doc(dag),
        "schedule": _schedule(dag),
        "start_date": settings.start_date and _moment(settings.start_date),
        "end_date": settings.end_date and _moment(settings.end_date),
    }
    yield "dag_id", dag.dag_id
    yield from ((key, value) for key, value in given.items() if value or key == "schedule")
    yield "catchup", settings.catchup
    yield "max_active_runs", settings.max_active_runs
    yield "tags", [dag.package] if settings.tags is None else settings.tags
    yield "params", Source('{"month": MONTH_PARAM}')
    yield (
        "user_defined_macros",
        Source('{"message_of": message_of, "month_of": month_of, "outcome_of": outcome_of}'),
    )
    yield "default_args", {"owner": dag.owner, **_task_arguments(dag, settings)}
    if settings.notify_on_failure:
        yield "on_failure_callback", list(map(_notifier, settings.notify_on_failure))
    if settings.deadline:
        yield (
            "deadline",
            [_deadline(settings.deadline, each) for each in settings.notify_on_deadline],
        )


def _needed(dag: Dag) -> list[str]:
    schedule = dag.settings.schedule
    names = schedule.assets if isinstance(schedule, OnAssets) else []
    return [asset_name(dag.package, each) for each in names]


def _schedule(dag: Dag) -> Any:
    schedule = dag.settings.schedule
    if isinstance(schedule, OnAssets) and not dag.airflow["partitions"]:
        return None
    if isinstance(schedule, OnAssets):
        return Source("PartitionedAssetTimetable(assets=AssetAll(*NEEDED))")
    if _has_cron(dag.settings):
        return Source(f"CronDataIntervalTimetable({schedule!r}, timezone=TIMEZONE.key)")
    return schedule


def _moment(moment: datetime) -> Source:
    parts = [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second]
    while len(parts) > len(("year", "month", "day")) and not parts[-1]:
        parts.pop()
    return Source(f"datetime({', '.join(map(str, parts))}, tzinfo=TIMEZONE)")


def _notifier(notification: Notification) -> Source:
    arguments = (f"{key}={python(value)}" for key, value in notification.arguments.items())
    return Source(f"{notification.notifier.rpartition('.')[2]}({', '.join(arguments)})")


def _deadline(after: timedelta, notification: Notification) -> Source:
    # The triggerer runs it: a worker that does nothing any more cannot say so. The interval is in
    # seconds, because Airflow 3.3 cannot clear a run that has failed if it is a timedelta.
    notifier = notification.notifier.rpartition(".")[2]
    return Source(
        "DeadlineAlert(reference=DeadlineReference.DAGRUN_QUEUED_AT, "
        f"interval={python(after)}.total_seconds(), "
        f"callback=AsyncCallback({notifier}, {python(notification.arguments)}))"
    )


def _doc(dag: Dag) -> str:
    """What the DAG does and what to do when it fails; names do not move its line breaks."""
    return f"""{dag.settings.description or dag.dag_id}

- **Pipelines**: {_listed(dag.pipelines)}
- **A run** works on one month, and publishes what it has written when all of it has succeeded.
- **By hand**: trigger it with a month such as 2013-05. Without one, it takes the last complete one.
- **When it fails**, the log of the task that failed ends with the reason. Its button *MLflow run*
  leads to the report on the data. `docs/runbook.md` of the project says what to do.
- **Up for reschedule**: the task waits for data that is not delivered yet.
- **Project**: {dag.package}
- **Owner**: {dag.owner}
"""


def _task_arguments(dag: Dag, settings: TaskSettings) -> dict[str, Any]:
    values = {key: getattr(settings, key) for key in _DEFAULT_ARGUMENTS}
    if _is_factor(settings) and not dag.airflow["backoff_factor"]:
        values["retry_exponential_backoff"] = True
    return {key: value for key, value in values.items() if value is not None}


def _run_kedro(dag: Dag) -> tuple[str, str]:
    """The parts of a shell command before and after Kedro's own."""
    program = dag.settings.venv.kedro if dag.settings.venv else ""
    before, after = shlex.join(["exec", program]), shlex.join(["--env", dag.env, "--params"])
    return f"{before} ", f' {after} "$PARAMETERS"'


def _resources(settings: TaskSettings) -> Source:
    assert settings.resources is not None
    given = {
        key: quantities
        for key in ("requests", "limits")
        if (quantities := getattr(settings.resources, key).model_dump(exclude_none=True))
    }
    arguments = ", ".join(f"{key}={python(value)}" for key, value in given.items())
    return Source(f"k8s.V1ResourceRequirements({arguments})")


def _pod_arguments(kubernetes: Kubernetes) -> Iterator[tuple[str, Any]]:
    timeout = kubernetes.startup_timeout
    given = {
        "kubernetes_conn_id": kubernetes.kubernetes_conn_id,
        "in_cluster": kubernetes.in_cluster,
        "namespace": kubernetes.namespace,
        "startup_timeout_seconds": int(timeout.total_seconds()) if timeout else None,
    }
    yield from ((key, value) for key, value in given.items() if value is not None)
    yield "deferrable", kubernetes.deferrable


def _calls(dag: Dag, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The variable of each task, and the call that creates it."""
    opening = ("runs", "open", "--pipelines", ",".join(dag.pipelines), "--name", dag.dag_id)
    yield OPEN, _call(dag, OPEN, opening, {})
    for task in dag.tasks:
        yield names[task.task_id], _call(dag, task.task_id, task.arguments, {})
    publishing: dict[str, Any] = {}
    if dag.settings.publishes:
        publishing = {"outlets": Source("PUBLISHED"), "post_execute": Source("announce")}
    if dag.settings.notify_on_warning:
        publishing["on_success_callback"] = Source("warn")
    yield PUBLISH, _call(dag, PUBLISH, ("runs", "publish"), publishing)
    yield CLOSE, _call(dag, CLOSE, ("runs", "close"), {})


def _call(dag: Dag, task_id: str, command: Sequence[str], more: Mapping[str, Any]) -> str:
    own = dag.settings.tasks.get(task_id)
    arguments = {**(_task_arguments(dag, own) if own else {}), **more}
    if own and own.resources and dag.settings.runs_on == "kubernetes":
        arguments["container_resources"] = _resources(own)
        if wanted := _threads(dag, own):
            arguments["env_vars"] = Source("ENVIRONMENT | " + python(wanted))
    positional = map(repr, (task_id, shlex.join(command)))
    named = (f"{key}={python(value)}" for key, value in arguments.items())
    # The comma gives each argument a line, so that the layout does not depend on the DAG's name.
    comma = "," if task_id == OPEN else ""
    return f"kedro({', '.join([*positional, *named])}{comma})"


def _dependencies(dag: Dag, names: Mapping[str, str]) -> Iterator[tuple[list[str], str]]:
    """For each task, the variables of the tasks that it waits for, and its own."""
    inner = {each for task in dag.tasks for each in task.upstream}
    for task in dag.tasks:
        yield [names[each] for each in task.upstream] or [OPEN], names[task.task_id]
    yield [names[task.task_id] for task in dag.tasks if task.task_id not in inner], PUBLISH


def _variable_names(task_ids: Sequence[str]) -> dict[str, str]:
    """A Python variable for each task: its id if that is a valid name."""
    taken = {"announce", "closing", "decide", "kedro", "keep", "message_of", "month_of"}
    taken |= {"outcome_of", "warn", OPEN, PUBLISH, CLOSE}
    taken |= {"datetime", "get_container_termination_message", "json", "k8s", "re", "shlex"}
    taken |= {"timedelta"}
    names = {}
    for task_id in task_ids:
        name = re.sub(r"\W", "_", task_id)
        if not name.isidentifier() or keyword.iskeyword(name) or name.upper() == name:
            name = f"task_{name}"
        while name in taken:
            name += "_"
        taken.add(name)
        names[task_id] = name
    return names
