import pytest
from kedro.pipeline import Node, Pipeline

from kedro_golden_path.airflow.configuration import Configuration
from kedro_golden_path.airflow.grouping import (
    Refused,
    Task,
    datasets_in_memory,
    group,
)
from kedro_golden_path.airflow.schema import DagSettings
from kedro_golden_path.errors import GoldenPathError


def same(*data: object) -> object:
    return data


def node(name: str, inputs: str | list[str], outputs: str, namespace: str | None = None) -> Node:
    return Node(same, inputs, outputs, name=name, namespace=namespace)


LOAD = Pipeline([node("load", "raw", "table"), node("check", "table", "checked")])
LEARN = Pipeline([node("fit", ["checked", "table"], "model"), node("judge", "model", "figures")])
SHOP = {"__default__": LOAD + LEARN, "load": LOAD, "learn": LEARN, "all": LOAD + LEARN}


GroupBy = str | list[list[str]]


def tasks(group_by: GroupBy, *names: str, memory: str = "", **pipelines: Pipeline) -> list[Task]:
    settings = DagSettings.model_validate({"group_by": group_by})
    return group(settings, names, pipelines or SHOP, set(memory.split()))


def why_not(group_by: GroupBy, *names: str, memory: str = "", **pipelines: Pipeline) -> str:
    with pytest.raises(Refused) as refused:
        tasks(group_by, *names, memory=memory, **pipelines)
    with pytest.raises(GoldenPathError) as error:
        files = {"conf/base/airflow.yml": {"dags": {"shop": {"group_by": group_by}}}}
        Configuration({}, files, {}).refuse({"shop": refused.value.problems})
    return error.value.message


@pytest.mark.parametrize("names", [["load", "learn"], ["__default__"], ["all"], ["learn", "load"]])
def test_a_stage_is_the_smallest_pipeline_that_has_the_node(names: list[str]) -> None:
    load, learn = tasks("stage", *names)
    assert load.arguments == ("run", "--pipelines", "load")
    assert learn.arguments == ("run", "--pipelines", "learn")
    assert (load.upstream, learn.upstream) == ((), ("load",))


def test_a_stage_of_which_the_dag_has_a_part_selects_its_nodes() -> None:
    extra = Pipeline([node("load", "raw", "table")])
    (task,) = tasks("stage", "extra", load=LOAD, extra=extra)
    assert task.arguments == ("run", "--pipelines", "extra")
    part, rest = tasks("stage", "load", load=LOAD, extra=extra)
    assert part.arguments == ("run", "--pipelines", "extra")
    assert rest.arguments == ("run", "--pipelines", "load", "--nodes", "check")


def test_one_task_for_a_pipeline() -> None:
    (task,) = tasks("pipeline", "load", "learn")
    assert task.arguments == ("run", "--pipelines", "load,learn")
    assert task.nodes == ("load", "check", "fit", "judge")


SERVE = Pipeline([node("serve", "model", "answers")])
CHAIN = {"load": LOAD, "learn": LEARN, "serve": SERVE, "__default__": LOAD + LEARN + SERVE}


@pytest.mark.parametrize("names", [["load", "learn", "serve"], ["__default__"]])
def test_lists_of_stages_are_a_task_each_and_the_others_stay_alone(names: list[str]) -> None:
    first, second = tasks([["load", "learn"]], *names, memory="", **CHAIN)
    assert first.arguments == ("run", "--pipelines", "load,learn")
    assert second.arguments == ("run", "--pipelines", "serve")
    assert (first.task_id, second.task_id, second.upstream) == (
        "load_learn",
        "serve",
        ("load_learn",),
    )


def test_nodes_of_one_list_may_hand_data_over_in_memory() -> None:
    first, _ = tasks([["load", "learn"]], "__default__", memory="checked", **CHAIN)
    assert first.nodes == ("load", "check", "fit", "judge")
    message = why_not([["learn", "serve"]], "__default__", memory="checked", **CHAIN)
    assert "with these lists the dataset 'checked' would be lost" in message


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ([["load", "lern"]], "group_by.0.1: the DAG has no stage 'lern'; it has learn, load"),
        ([["load"], ["load", "learn"]], "group_by.1.0: 'load' is in the lists already"),
    ],
)
def test_lists_that_do_not_fit_are_refused(lists: list[list[str]], message: str) -> None:
    assert message in why_not(lists, "load", "learn")


def test_the_id_of_a_list_is_not_that_of_a_stage() -> None:
    odd = {"load": LOAD, "learn": LEARN, "load_learn": SERVE}
    message = why_not([["load", "learn"]], *odd, memory="", **odd)
    assert "group_by.0: the task would have the id load_learn, which a stage has" in message


def test_namespaces_and_stages_of_nodes_without_one() -> None:
    eu = node("clean", "raw", "clean_eu", namespace="eu.west")
    join = node("join", ["clean_eu", "raw"], "joined")
    first, second = tasks("namespace", "both", both=Pipeline([eu, join]))
    assert first.arguments == ("run", "--pipelines", "both", "--nodes", "eu.west.clean")
    assert (first.task_id, second.task_id, second.upstream) == ("eu", "both", ("eu",))


def test_nodes_joined_by_memory_are_one_task() -> None:
    joined, alone = tasks("node", "load", "learn", memory="table checked")
    assert joined.arguments == ("run", "--pipelines", "load,learn", "--nodes", "load,check,fit")
    assert (joined.task_id, alone.task_id, alone.upstream) == (
        "load__check__fit",
        "judge",
        ("load__check__fit",),
    )


def test_a_task_names_only_those_that_no_other_of_them_waits_for() -> None:
    by_id = {task.task_id: task.upstream for task in tasks("node", "load", "learn")}
    # `fit` needs the table too, but the check has waited for it.
    assert by_id == {"load": (), "check": ("load",), "fit": ("check",), "judge": ("fit",)}


@pytest.mark.parametrize("group_by", ["stage", "namespace"])
def test_a_dataset_that_would_be_lost_is_refused(group_by: str) -> None:
    message = why_not(group_by, "load", "learn", memory="checked")
    assert "conf/base/airflow.yml: dags.shop.group_by" in message
    assert "'checked' would be lost: the task load makes it in memory, the task learn" in message
    assert "entry in the catalog, or choose another group_by" in message
    assert "table" not in message


def test_tasks_that_would_wait_for_each_other_are_refused() -> None:
    first = Pipeline([node("a", "raw", "one"), node("c", "two", "three")])
    second = Pipeline([node("b", "one", "two")])
    message = why_not("stage", "first", "second", first=first, second=second)
    assert "wait for each other: " in message
    assert "first -> second -> first" in message or "second -> first -> second" in message


def test_the_ids_of_the_tasks_around_them_are_taken() -> None:
    assert "would have the id open_run" in why_not("stage", "open_run", open_run=LOAD)


def test_an_unknown_task_is_refused() -> None:
    settings = DagSettings.model_validate({"tasks": {"lode": {"retries": 1}}})
    with pytest.raises(Refused) as refused:
        group(settings, ["load"], SHOP, set())
    (problem,) = refused.value.problems
    assert problem.key == ("tasks", "lode")
    assert "there are close_run, load, open_run, publish_run" in problem.text


def test_ids_have_the_characters_that_airflow_allows() -> None:
    (task,) = tasks("node", "odd", odd=Pipeline([Node(lambda x: x, "raw", "table")]))
    assert task.task_id.startswith("_lambda_") and "<lambda>" in task.nodes[0]


def test_three_hundred_nodes_are_grouped_alike_each_time() -> None:
    chain = Pipeline([node(f"n{i:03}", f"d{i}", f"d{i + 1}") for i in range(300)])
    memory = " ".join(f"d{i}" for i in range(1, 300) if i % 3)
    made = tasks("node", "chain", memory=memory, chain=chain)
    assert len(made) == 100
    assert [len(task.upstream) for task in made] == [0, *[1] * 99]
    assert made == tasks("node", "chain", memory=memory, chain=Pipeline(chain.nodes[::-1]))


def test_which_datasets_are_in_memory() -> None:
    catalog = {
        "table": {"type": "pandas.ParquetDataset", "credentials": "of_the_store"},
        "kept": {"type": "MemoryDataset"},
        "{name}_plot": {"type": "matplotlib.MatplotlibDataset"},
        "{name}_cache": {"type": "kedro.io.MemoryDataset"},
    }
    names = ["parameters", "params:x", "table", "kept", "roc_plot", "roc_cache", "free"]
    assert datasets_in_memory(names, catalog) == {"kept", "roc_cache", "free"}
