"""Group the nodes of a DAG into tasks."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from kedro.pipeline import Node, Pipeline

from ..config.loader import entries_of
from ..datasets.entries import is_in_memory
from ..errors import GoldenPathError
from .configuration import Problem
from .schema import DagSettings

OPEN, PUBLISH, CLOSE = "open_run", "publish_run", "close_run"
RESERVED = (OPEN, PUBLISH, CLOSE)
DEFAULT = "__default__"

_LONGEST_ID = 100


@dataclass(frozen=True)
class Task:
    """Nodes that run together, and the arguments of `kedro run` that select them."""

    task_id: str
    nodes: tuple[str, ...]
    pipelines: tuple[str, ...]
    selects_nodes: bool
    upstream: tuple[str, ...] = ()

    @property
    def arguments(self) -> tuple[str, ...]:
        """What follows `kedro`, without environment and parameters."""
        run = ("run", "--pipelines", ",".join(self.pipelines))
        return (*run, "--nodes", ",".join(self.nodes)) if self.selects_nodes else run


class Refused(Exception):
    """The nodes cannot be grouped as configured."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems."""
        super().__init__(problems)
        self.problems = problems


def datasets_in_memory(names: Collection[str], catalog: Mapping[str, Any]) -> set[str]:
    """The datasets that are lost when the process ends.

    No dataset is made, which would import what it needs and may connect to something.

    Args:
        names: The datasets of the pipelines.
        catalog: The configuration of the catalog.
    """
    entries = entries_of(catalog, names)
    return {
        name
        for name in names
        if name != "parameters" and not name.startswith("params:")
        if is_in_memory(entries.get(name, {}))
    }


def group(
    settings: DagSettings,
    names: Sequence[str],
    registered: Mapping[str, Pipeline],
    in_memory: Collection[str],
) -> list[Task]:
    """The tasks of a DAG, each after the tasks that it depends on.

    Args:
        settings: The settings of the DAG.
        names: The names of its pipelines.
        registered: All pipelines of the project.
        in_memory: The datasets that are lost when a process ends.

    Raises:
        Refused: A dataset would be lost between two tasks, tasks would wait for each other, or an
            id cannot be used.
        GoldenPathError: A package is missing.
    """
    pipeline = sum((registered[name] for name in names), Pipeline([]))
    stage = _stages(names, registered)
    label = _labelling(settings, names, registered, in_memory, stage)
    groups: dict[str, list[Node]] = {}
    for node in pipeline.nodes:
        groups.setdefault(label(node), []).append(node)
    rank = {name: number for number, name in enumerate(names)}
    ordered = sorted(groups, key=lambda each: rank.get(each, len(rank)))
    task_of = {node.name: ids for ids in ordered for node in groups[ids]}
    _check(settings, pipeline, task_of, in_memory)
    upstream = _upstream(pipeline, task_of, ordered)
    _check_order(settings, upstream)
    return [
        _task(each, groups[each], [*dict.fromkeys(map(stage, groups[each]))], names, registered, up)
        for each, up in _in_order(upstream)
    ]


def _labelling(
    settings: DagSettings,
    names: Sequence[str],
    registered: Mapping[str, Pipeline],
    in_memory: Collection[str],
    stage: Callable[[Node], str],
) -> Callable[[Node], str]:
    """The function that returns the id of a node's task."""
    if isinstance(settings.group_by, list):
        return _by_lists(settings.group_by, names, registered, stage)
    if settings.group_by == "pipeline":
        only = task_id("_".join(names))
        return lambda node: only
    if settings.group_by == "namespace":
        return lambda node: task_id((node.namespace or "").split(".")[0] or stage(node))
    if settings.group_by == "stage":
        return lambda node: task_id(stage(node))
    pipeline = sum((registered[name] for name in names), Pipeline([]))
    ids = _ids_of_nodes(pipeline, in_memory)
    return lambda node: ids[node.name]


def _by_lists(
    lists: Sequence[Sequence[str]],
    names: Sequence[str],
    registered: Mapping[str, Pipeline],
    stage: Callable[[Node], str],
) -> Callable[[Node], str]:
    stages = {stage(node) for name in names for node in registered[name].nodes}
    ids = {name: task_id("_".join(each)) for each in lists for name in each}
    alone = {task_id(name) for name in stages - ids.keys()}
    known = ", ".join(sorted(stages))
    listed: set[str] = set()
    problems = []
    for number, each in enumerate(lists):
        for place, name in enumerate(each):
            key = ("group_by", number, place)
            if name not in stages:
                problems.append(Problem(key, f"the DAG has no stage '{name}'; it has {known}"))
            elif name in listed:
                problems.append(Problem(key, f"'{name}' is in the lists already"))
            listed.add(name)
        if task_id("_".join(each)) in alone:
            text = f"the task would have the id {task_id('_'.join(each))}, which a stage has"
            problems.append(Problem(("group_by", number), text))
    if problems:
        raise Refused(problems)
    return lambda node: ids.get(stage(node)) or task_id(stage(node))


def _stages(names: Sequence[str], registered: Mapping[str, Pipeline]) -> Callable[[Node], str]:
    """The function that returns the smallest pipeline with a node."""
    nodes = {name: set(pipeline.nodes) for name, pipeline in registered.items()}
    single = (name for name in registered if not _contains_several(name, nodes))
    candidates = [name for name in single if name != DEFAULT]
    rank = {name: number for number, name in enumerate(names)}
    candidates.sort(key=lambda name: (len(nodes[name]), rank.get(name, len(rank)), name))
    candidates += [name for name in names if name not in candidates]
    return lambda node: next(name for name in candidates if node in nodes[name])


def _contains_several(name: str, nodes: Mapping[str, set[Node]]) -> bool:
    parts = {
        other
        for other, own in nodes.items()
        if other not in (name, DEFAULT) and own and own < nodes[name]
    }
    return len(parts) > 1


def _ids_of_nodes(pipeline: Pipeline, in_memory: Collection[str]) -> dict[str, str]:
    try:
        from kedro_airflow.grouping import group_memory_nodes
    except ImportError as error:
        raise GoldenPathError(
            "group_by: node needs the package kedro-airflow, which the extra dev of the project "
            "has: make install"
        ) from error
    order = {node.name: number for number, node in enumerate(pipeline.nodes)}
    ids: dict[str, str] = {}
    for joined in group_memory_nodes(_Catalog(in_memory), pipeline):
        nodes = sorted(joined.nodes, key=order.__getitem__)
        wanted = task_id("__".join(nodes))
        if len(wanted) > _LONGEST_ID and len(nodes) > 1:
            wanted = task_id(f"{nodes[0]}__and_{len(nodes) - 1}_more")
        ids |= dict.fromkeys(nodes, wanted)
    return ids


class _Catalog:
    """The part of a catalog that kedro-airflow needs, without any dataset."""

    def __init__(self, in_memory: Collection[str]) -> None:
        self._in_memory = in_memory

    def __contains__(self, name: str) -> bool:
        return name not in self._in_memory

    def get(self, name: str) -> None:
        """A dataset that is not in memory."""


def task_id(name: str) -> str:
    """The id of a task, with the characters that Airflow allows."""
    return re.sub(r"[^\w.-]+", "_", name)


def _check(
    settings: DagSettings,
    pipeline: Pipeline,
    task_of: Mapping[str, str],
    in_memory: Collection[str],
) -> None:
    ids = set(task_of.values())
    problems = [
        Problem(
            ("group_by",),
            f"with {_shown(settings)} a task would have the id {reserved}, which the DAG has "
            "already; rename the pipeline, the namespace or the node",
        )
        for reserved in RESERVED
        if reserved in ids
    ]
    problems += [
        Problem(
            ("group_by",),
            f"with {_shown(settings)} the dataset '{dataset}' would be lost: the task "
            f"{task_of[producer]} makes it in memory, the task {task_of[consumer]} needs it. Give "
            "it an entry in the catalog, or choose another group_by",
        )
        for dataset, producer, consumer in _handed_over(pipeline, in_memory)
        if task_of[producer] != task_of[consumer]
    ]
    problems += [
        Problem(
            ("tasks", name),
            f"there is no task '{name}'; there are {', '.join(sorted({*ids, *RESERVED}))}",
        )
        for name in settings.tasks
        if name not in ids and name not in RESERVED
    ]
    if problems:
        raise Refused(problems)


def _shown(settings: DagSettings) -> str:
    return "these lists" if isinstance(settings.group_by, list) else f"'{settings.group_by}'"


def _handed_over(pipeline: Pipeline, in_memory: Collection[str]) -> Iterator[tuple[str, str, str]]:
    producers = {dataset: node.name for node in pipeline.nodes for dataset in node.outputs}
    for node in pipeline.nodes:
        for dataset in sorted(set(node.inputs)):
            if dataset in in_memory and dataset in producers:
                yield dataset, producers[dataset], node.name


def _upstream(
    pipeline: Pipeline, task_of: Mapping[str, str], ordered: Sequence[str]
) -> dict[str, set[str]]:
    upstream: dict[str, set[str]] = {each: set() for each in ordered}
    for node, parents in pipeline.node_dependencies.items():
        own = task_of[node.name]
        upstream[own] |= {task_of[parent.name] for parent in parents} - {own}
    return upstream


def _check_order(settings: DagSettings, upstream: Mapping[str, set[str]]) -> None:
    try:
        TopologicalSorter(upstream).prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise Refused(
            [
                Problem(
                    ("group_by",),
                    f"with {_shown(settings)} tasks would wait for each other: {circle}. Choose "
                    "another group_by, or move nodes to another pipeline or namespace",
                )
            ]
        ) from error


def _in_order(upstream: Mapping[str, set[str]]) -> Iterator[tuple[str, set[str]]]:
    """The tasks in order, each with the tasks that it directly depends on.

    A dependency that follows from another one is left out.
    """
    waiting = list(upstream)
    before: dict[str, set[str]] = {}
    while waiting:
        task = next(each for each in waiting if upstream[each] <= before.keys())
        waiting.remove(task)
        earlier = set().union(*(before[each] for each in upstream[task]))
        before[task] = upstream[task] | earlier
        yield task, upstream[task] - earlier


def _task(
    name: str,
    nodes: Sequence[Node],
    stages: Sequence[str],
    names: Sequence[str],
    registered: Mapping[str, Pipeline],
    upstream: Collection[str],
) -> Task:
    wanted = set(nodes)
    pipelines = _pipelines_with(name, wanted, stages, names, registered)
    whole = _nodes_of(pipelines, registered) == wanted
    ids = tuple(node.name for node in nodes)
    return Task(name, ids, pipelines, not whole, tuple(sorted(upstream)))


def _pipelines_with(
    name: str,
    nodes: set[Node],
    stages: Sequence[str],
    names: Sequence[str],
    registered: Mapping[str, Pipeline],
) -> tuple[str, ...]:
    """The pipelines that a task has to load: as few as possible, because each is imported."""
    alone = [(each,) for each in (*registered, *names) if task_id(each) == name]
    alone += [(each,) for each in names]
    for some in [*alone, tuple(stages)]:
        if nodes == _nodes_of(some, registered):
            return some
    for some in alone:
        if nodes <= _nodes_of(some, registered):
            return some
    needed, missing = [], set(nodes)
    for each in names:
        if missing & set(registered[each].nodes):
            needed.append(each)
            missing -= set(registered[each].nodes)
    return tuple(needed)


def _nodes_of(pipelines: Collection[str], registered: Mapping[str, Pipeline]) -> set[Node]:
    return {node for each in pipelines for node in registered[each].nodes}
