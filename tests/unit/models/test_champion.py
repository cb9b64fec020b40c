"""Who is champion, whatever runs and people do, in whatever order.

The store is a real one. Versions are registered without files, which would take most of the time.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import mlflow
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from mlflow import MlflowClient

from kedro_golden_path import ModelDataset
from kedro_golden_path.models import aliases, turns
from kedro_golden_path.models.aliases import move_aliases
from kedro_golden_path.models.pins import pin_models
from kedro_golden_path.runs.dag_task import DAG_RUN_ID, TASK_ID
from kedro_golden_path.session.summary import print_summary
from kedro_golden_path.tracking.native import NativeClient
from kedro_golden_path.tracking.run import RUN_FOR_WORKERS

MODELS = ("flights", f"flights.champion - {'long' * 30}")
# Projects of earlier releases save the version that they have read, as the one to keep.
OUTCOMES = ("promoted", "promoted", "refused", "refused in an old project")
EVENTS = (*OUTCOMES, "opened", "cleared", "by hand", "published", "published", "killed")
# For a night: 2000.
EXAMPLES = int(os.environ.get("CHAMPION_EXAMPLES", "12"))


@pytest.fixture(scope="module", autouse=True)
def _experiment(mlflow_store: Path) -> Iterator[None]:
    mlflow.create_experiment("champion", artifact_location=(mlflow_store / "champion").as_uri())
    mlflow.set_experiment("champion")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(RUN_FOR_WORKERS, "as TrackingHooks does it")
        yield


class Killed(BaseException):
    """What happens to a process that is killed, as far as a test can do it."""


@contextmanager
def killed_at(call: int) -> Iterator[None]:
    """Kill the process that publishes at a call to MLflow, and let nothing happen after it."""
    calls = 0

    class Mortal:
        def __getattr__(self, name: str) -> Any:
            nonlocal calls
            if not name.startswith("get"):
                calls += 1
                if calls > call:
                    raise Killed
            return getattr(NativeClient(), name)

    with pytest.MonkeyPatch.context() as patched:
        for module in (aliases, turns):
            patched.setattr(module, "client", Mortal)
        # Whoever waits for a process that was killed waits for minutes.
        patched.setattr(turns, "_SECONDS_BETWEEN_LOOKS", (0.0, 0.0))
        yield


@dataclass
class Comparison:
    """What the gate of a run has found out about one model."""

    version: str
    compared_with: str
    promoted: bool
    tried: bool = False
    moved: bool = False


@dataclass
class Run:
    mlflow_run_id: str
    gate: dict[str, Comparison] = field(default_factory=dict)


class Champions(RuleBasedStateMachine):
    """Two runs at a time, each with a gate for every model, and a person who moves aliases.

    There is one rule only: hypothesis leaves out some rules in each example, and here every story
    needs nearly all of them.
    """

    @initialize(models=st.integers(1, len(MODELS)), champion=st.booleans())
    def begin(self, models: int, champion: bool) -> None:
        unique = uuid4().hex[:8]
        self.models = [f"{name} {unique}" for name in MODELS[:models]]
        self.versions: dict[str, list[str]] = {name: [] for name in self.models}
        for name in self.models:
            MlflowClient().create_registered_model(name)
            if champion:
                self.register(name, "")
                MlflowClient().set_registered_model_alias(name, "champion", "1")
        self.runs = [self.open(), self.open()]

    @rule(
        what=st.sampled_from(EVENTS),
        run=st.integers(0, 1),
        model=st.integers(0, len(MODELS) - 1),
        number=st.integers(0, 14),
    )
    def happens(self, what: str, run: int, model: int, number: int) -> None:
        name = self.models[model % len(self.models)]
        match what:
            case "opened":
                self.runs[run] = self.open()
            case "cleared":
                self.clear(self.runs[run])
            case "published":
                self.publish(self.runs[run])
            case "killed":
                self.publish_and_be_killed(self.runs[run], number)
            case "by hand":
                self.decide_by_hand(name, number)
            case _:
                self.compare(self.runs[run], name, what)

    def open(self) -> Run:
        (experiment,) = MlflowClient().search_experiments(filter_string="name = 'champion'")
        run = Run(MlflowClient().create_run(experiment.experiment_id).info.run_id)
        pin_models(self.catalog(), run.mlflow_run_id, anew=True)
        return run

    def clear(self, run: Run) -> None:
        with self.unmoved():
            pin_models(self.catalog(), run.mlflow_run_id, anew=True)

    def compare(self, run: Run, name: str, outcome: str) -> None:
        with self.unmoved(), mlflow.start_run(run_id=run.mlflow_run_id):
            before = self.dataset(name, role="incumbent", optional=True).pin.version(
                run.mlflow_run_id
            )
            version = self.register(name, run.mlflow_run_id)
            made = {"version": version, "estimator": None}
            self.dataset(name, alias="challenger").save(made)
            if outcome == "promoted":
                self.dataset(name).save(made)
            elif outcome == "refused in an old project" and before:
                self.dataset(name).save({"version": before.version, "estimator": None})
            else:
                self.dataset(name).save({})
        compared_with = str(before.version) if before else "none"
        run.gate[name] = Comparison(version, compared_with, outcome == "promoted")

    def publish(self, run: Run) -> None:
        before = self.champions()
        move_aliases(run.mlflow_run_id)
        self.judge(run, before)
        for name, comparison in run.gate.items():
            if comparison.promoted and not comparison.tried:
                due = before[name] == comparison.compared_with
                assert comparison.moved is due, (name, comparison, before[name])
            comparison.tried = True
            if self.champions()[name] != comparison.version and comparison.promoted:
                self.waits_visibly(name, comparison)

    def publish_and_be_killed(self, run: Run, call: int) -> None:
        before = self.champions()
        with killed_at(call), suppress(Killed):
            move_aliases(run.mlflow_run_id)
        self.judge(run, before)
        for comparison in run.gate.values():
            comparison.tried = True
        # The tag that keeps others waiting; that it goes after minutes is another test's.
        for name in self.models:
            for tag in MlflowClient().get_registered_model(name).tags:
                MlflowClient().delete_registered_model_tag(name, tag)

    def decide_by_hand(self, name: str, number: int) -> None:
        """Roll back, approve, or take the alias away."""
        version = ["none", *self.versions[name]][number % (len(self.versions[name]) + 1)]
        if version == "none":
            MlflowClient().delete_registered_model_alias(name, "champion")
        else:
            MlflowClient().set_registered_model_alias(name, "champion", version)

    def judge(self, run: Run, before: dict[str, str]) -> None:
        """Whether a run that was published has moved only what it may move, and only once."""
        for name, now in self.champions().items():
            if now == before[name]:
                continue
            comparison = run.gate[name]
            assert comparison.promoted and now == comparison.version
            assert comparison.compared_with == before[name]
            assert not comparison.moved
            comparison.moved = True

    def waits_visibly(self, name: str, comparison: Comparison) -> None:
        if not comparison.moved:
            tags = MlflowClient().get_model_version(name, comparison.version).tags
            assert "gate.superseded_by" in tags
            assert tags["gate.compared_with"] == comparison.compared_with

    @contextmanager
    def unmoved(self) -> Iterator[None]:
        before = self.champions()
        yield
        assert self.champions() == before

    def champions(self) -> dict[str, str]:
        found = ((name, MlflowClient().get_registered_model(name).aliases) for name in self.models)
        return {name: str(known.get("champion", "none")) for name, known in found}

    def register(self, name: str, mlflow_run_id: str) -> str:
        made = MlflowClient().create_model_version(name, "nowhere", mlflow_run_id)
        self.versions[name].append(str(made.version))
        return str(made.version)

    def dataset(self, name: str, alias: str = "champion", **options: Any) -> ModelDataset:
        return ModelDataset(name=name, alias=alias, **options)

    def catalog(self) -> dict[str, Any]:
        entry = {"type": ModelDataset, "alias": "champion", "optional": True}
        return {
            f"{role} {name}": {**entry, "name": name, "role": role}
            for name in self.models
            for role in ("incumbent", "champion")
        }


def test_a_champion_has_won_against_the_one_before_or_is_a_persons_choice() -> None:
    run_state_machine_as_test(
        Champions,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=15,
            deadline=None,
            database=None,
            # To find a shorter story takes minutes; all steps of the one that fails are shown.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def champions() -> Champions:
    """One model with a champion, version 1, and two runs that have read it."""
    state = Champions()
    state.begin(1, True)
    for run in state.runs:
        state.compare(run, state.models[0], "promoted")
    return state


@pytest.mark.parametrize("call", range(7, 14))
def test_a_rollback_stands_whenever_the_run_before_it_was_killed(
    champions: Champions, call: int
) -> None:
    (name,) = champions.models
    run = champions.runs[0]
    champions.publish_and_be_killed(run, call)
    tags = MlflowClient().get_run(run.mlflow_run_id).data.tags
    begun = tags.get(f"move.{name}.champion") in ("begun", "done")
    moved = champions.champions() == {name: run.gate[name].version}
    assert begun or not moved
    MlflowClient().set_registered_model_alias(name, "champion", "1")
    move_aliases(run.mlflow_run_id)
    # If it was killed before it had begun, nobody has rolled back anything.
    assert champions.champions() == {name: "1" if begun else run.gate[name].version}


def test_of_two_runs_that_publish_at_once_one_waits(
    champions: Champions, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = aliases.version_with_alias

    def look_for_long(name: str, alias: str) -> Any:
        found = look(name, alias)
        time.sleep(0.5)
        return found

    monkeypatch.setattr(aliases, "version_with_alias", look_for_long)
    with ThreadPoolExecutor() as beside:
        published = list(beside.map(move_aliases, [run.mlflow_run_id for run in champions.runs]))
    moved, late = sorted(
        (move for moves in published for move in moves if move.alias == "champion"),
        key=lambda move: move.left_alone,
    )
    assert moved.done and late.left_alone
    assert champions.champions() == {moved.name: moved.version}
    assert f"compared with version 1, and by now champion is version {moved.version}" in str(late)
    assert MlflowClient().get_registered_model(moved.name).tags == {}


def test_what_a_killed_run_left_holds_others_up_for_a_while_only(
    champions: Champions, monkeypatch: pytest.MonkeyPatch
) -> None:
    (name,) = champions.models
    MlflowClient().set_registered_model_tag(name, "moving.champion.of-the-dead", "token")
    monkeypatch.setattr(turns, "_SECONDS_BETWEEN_LOOKS", (0.0, 0.0))
    monkeypatch.setattr(turns, "_LOOKS_BEFORE_TAKEN_FOR_DEAD", 2)
    champions.publish(champions.runs[0])
    assert champions.champions() == {name: champions.runs[0].gate[name].version}
    assert MlflowClient().get_registered_model(name).tags == {}


def test_a_task_that_is_not_repeated_has_compared_with_what_it_has_read(
    champions: Champions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody clears the task that promotes, not the one that compares."""
    (name,) = champions.models
    run = champions.open()
    monkeypatch.setenv(DAG_RUN_ID, "a DAG run")
    monkeypatch.setenv(TASK_ID, "evaluate")
    with mlflow.start_run(run_id=run.mlflow_run_id):
        champions.dataset(name, role="incumbent").pin.version(run.mlflow_run_id)
    champions.publish(champions.runs[0])
    champions.clear(run)
    monkeypatch.setenv(TASK_ID, "promote")
    version = champions.register(name, run.mlflow_run_id)
    with mlflow.start_run(run_id=run.mlflow_run_id):
        champions.dataset(name).save({"version": version, "estimator": None})
    (move,) = move_aliases(run.mlflow_run_id)
    assert move.left_alone and move.compared_with == {"1", champions.champions()[name]}


@pytest.mark.parametrize("rolled_back", [False, True])
def test_a_run_that_compares_with_nothing_replaces_what_it_has_found(
    champions: Champions, rolled_back: bool
) -> None:
    (name,) = champions.models
    champions.publish(champions.runs[0])
    run = champions.open()
    version = champions.register(name, run.mlflow_run_id)
    with mlflow.start_run(run_id=run.mlflow_run_id):
        champions.dataset(name).save({"version": version, "estimator": None})
    if rolled_back:
        MlflowClient().set_registered_model_alias(name, "champion", "1")
    move_aliases(run.mlflow_run_id)
    assert champions.champions() == {name: "1" if rolled_back else version}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("done", "Model version 2 was promoted: now the champion\nPromoted: it is better.\n"),
        ("", "Model version 2 was promoted: the champion when the run is published"),
        ("begun", "Model version 2 was promoted: the champion when the run is published"),
        ("superseded by 3", "Model version 2 was promoted, but too late: stays a challenger"),
        ("superseded by 3", "compared with version 1, and by now champion is version 3"),
        ("superseded by none", "compared with version 1, and by now champion is no version"),
        ("superseded by 1", "an earlier try was stopped while it moved the alias, which is at"),
        ("not of this run: 1", "the run saved version 1 under it, which another run has made"),
    ],
)
def test_the_summary_says_who_is_champion(
    state: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with mlflow.start_run() as run:
        mlflow.set_tags({"gate.promote": "True", "gate.reason": "Promoted: it is better."})
        mlflow.set_tags({"gate.challenger_version": "2", "read.flights.champion/run": "1"})
        mlflow.set_tags({"alias.flights.champion": "2", "move.flights.champion": state})
    found = mlflow.get_run(run.info.run_id)
    print_summary(found, [], Pipeline([]), DataCatalog(), Path.cwd(), {})
    assert expected in capsys.readouterr().out
