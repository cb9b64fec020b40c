"""The keys of `airflow.yml`. They have the names that Airflow, Kedro and Kubernetes use."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from .values import (
    AbsolutePath,
    AirflowVersion,
    Backoff,
    ConnectionReference,
    Cron,
    DagId,
    Duration,
    EnvironmentName,
    Image,
    ImportPath,
    Moment,
    Quantity,
    Text,
    TimeZone,
    Variable,
)
from .versions import NEWEST

Natural = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Quantities(_Keys):
    """Amounts of CPU and memory."""

    cpu: Quantity | None = None
    memory: Quantity | None = None


class Resources(_Keys):
    """Resources of a task's container, in Kubernetes."""

    requests: Quantities = Field(default=Quantities(), description="what is reserved for it")
    limits: Quantities = Field(default=Quantities(), description="what it must not exceed")


class TaskSettings(_Keys):
    """Settings of all tasks of a DAG, or of one task."""

    retries: Natural | None = Field(default=None, description="how often a failed task is retried")
    retry_delay: Duration | None = Field(default=None, description="the time before a retry")
    retry_exponential_backoff: Backoff | None = Field(
        default=None, description="whether the delay grows with each retry"
    )
    max_retry_delay: Duration | None = Field(default=None, description="the longest delay")
    execution_timeout: Duration | None = Field(
        default=None, description="the time after which a try fails"
    )
    pool: Text | None = Field(default=None, description="the Airflow pool of the tasks")
    pool_slots: Positive | None = Field(
        default=None, description="how many slots of the pool a task takes"
    )
    priority_weight: int | None = Field(
        default=None, description="waiting tasks with a higher weight start first"
    )
    queue: Text | None = Field(default=None, description="the queue of the executor")
    resources: Resources | None = Field(default=None, description="resources of the pod")


class OnAssets(_Keys):
    """A schedule: run when all of these assets have a new partition of the same month."""

    assets: Annotated[list[Text], Field(min_length=1)] = Field(
        description="datasets that a DAG of this project publishes, or `package/dataset` of "
        "another project"
    )


class Venv(_Keys):
    """Tasks run in the project's environment on the worker."""

    project: AbsolutePath = Field(description="the project's directory there")
    kedro: Text = Field(
        default=".venv/bin/kedro", description="the command, relative to that directory"
    )


class Toleration(_Keys):
    """A toleration, as Kubernetes writes it."""

    key: Text | None = None
    operator: Literal["Exists", "Equal"] | None = None
    value: str | None = None
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    tolerationSeconds: Natural | None = None


class Kubernetes(_Keys):
    """Tasks run in pods of the project's image."""

    image: Image = Field(description="the image")
    kedro: Text = Field(default="kedro", description="the command in the image")
    pod_template: dict[str, Any] = Field(
        default={},
        description="a pod in the notation of Kubernetes, for all that has no key here: its "
        "`metadata` and `spec` lie over the defaults; the container with the command is `base`",
    )
    deferrable: bool = Field(
        default=False,
        description="whether the triggerer waits for the pods, so that they take no worker slots",
    )
    namespace: Text | None = Field(default=None, description="the namespace of the pods")
    service_account: Text | None = Field(default=None, description="the account that they run as")
    env_from_secrets: list[Text] = Field(
        default=[], description="secrets that become environment variables"
    )
    env_from_configmaps: list[Text] = Field(
        default=[], description="config maps that become environment variables"
    )
    node_selector: dict[str, str] = Field(default={}, description="labels that the nodes must have")
    tolerations: list[Toleration] = Field(
        default=[], description="node taints that the pods tolerate"
    )
    labels: dict[str, str] = Field(default={}, description="labels of the pods")
    annotations: dict[str, str] = Field(default={}, description="annotations of the pods")
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = Field(
        default=None, description="when the image is pulled"
    )
    image_pull_secrets: list[Text] = Field(default=[], description="secrets to pull it with")
    in_cluster: bool | None = Field(
        default=None, description="whether Airflow runs in the cluster that the pods run in"
    )
    kubernetes_conn_id: Text | None = Field(
        default=None, description="the connection of Airflow to another cluster"
    )
    startup_timeout: Duration | None = Field(
        default=None, description="how long a pod may take to start"
    )


class Environment(_Keys):
    """Environment variables that tasks get from Airflow: `NAME: where it is`."""

    variables: dict[EnvironmentName, Variable] = Field(
        default={}, description="names of Airflow Variables"
    )
    connections: dict[EnvironmentName, ConnectionReference] = Field(
        default={}, description="attributes of Airflow connections"
    )


class Notification(_Keys):
    """A notifier of Airflow, and its arguments."""

    notifier: ImportPath = Field(description="a notifier class of a provider")
    arguments: dict[str, Any] = Field(default={}, description="its arguments")


Stages = Annotated[list[Annotated[list[Text], Field(min_length=1)]], Field(min_length=1)]


def _kind_of_grouping(value: Any) -> str:
    return "stages" if isinstance(value, list) else "kind"


def _kind_of_schedule(value: Any) -> str:
    return "assets" if isinstance(value, dict | OnAssets) else "cron"


class DagSettings(TaskSettings):
    """One DAG."""

    dag_id: DagId | None = Field(default=None, description="its id; `<package>_<name>` by default")
    airflow_version: AirflowVersion = Field(
        default=NEWEST, description="the Airflow that runs the DAGs; the same for all of them"
    )
    pipelines: Annotated[list[Text], Field(min_length=1)] | None = Field(
        default=None,
        description="the pipelines that it runs; by default the one with the DAG's name",
    )
    parameters: dict[str, Any] = Field(
        default={}, description="parameters of Kedro that replace those of the configuration"
    )
    env: Text | None = Field(
        default=None,
        description="the environment of Kedro that tasks run with; by default the exported one",
    )
    description: Text | None = Field(default=None, description="one line that Airflow shows")
    doc: Text | None = Field(
        default=None,
        description="a page in Markdown that Airflow shows; by default, what the DAG does and what "
        "to do when it fails",
    )
    owner: Text | None = Field(
        default=None, description="its owner; by default that of `globals.yml`"
    )
    tags: list[Text] | None = Field(
        default=None, description="tags that Airflow shows; by default, the package"
    )
    schedule: (
        Annotated[
            Annotated[Cron, Tag("cron")] | Annotated[OnAssets, Tag("assets")],
            Discriminator(_kind_of_schedule),
        ]
        | None
    ) = Field(default=None, description="when it runs; null: only when it is triggered")
    timezone: TimeZone = Field(default="UTC", description="the time zone of schedule and dates")
    start_date: Moment | None = Field(
        default=None, description="the start of the first month that is scheduled"
    )
    end_date: Moment | None = Field(
        default=None,
        description="the end; a run with a later logical date succeeds without doing anything, "
        "even if it was triggered by hand",
    )
    catchup: bool = Field(default=False, description="whether missed months are run later")
    max_active_runs: Positive = Field(
        default=1, description="how many runs may be active at a time"
    )
    group_by: Annotated[
        Annotated[Literal["stage", "namespace", "node", "pipeline"], Tag("kind")]
        | Annotated[Stages, Tag("stages")],
        Discriminator(_kind_of_grouping),
    ] = Field(
        default="stage",
        description="what becomes a task: each pipeline (`stage`), each namespace, each node, or "
        "everything together (`pipeline`); or lists of pipelines that are one task each, as in "
        "`[[ingestion, features]]`, while those in no list stay tasks of their own",
    )
    publishes: list[Text] = Field(default=[], description="datasets that it announces as Assets")
    wait_for_data: Duration | None = Field(
        default=timedelta(days=1),
        description="how long a task waits for a file that others deliver; null: it fails at once",
    )
    poke_interval: Duration = Field(
        default=timedelta(minutes=30), description="how often a waiting task looks for the file"
    )
    notify_on_failure: list[Notification] = Field(
        default=[], description="who is notified of a failed run"
    )
    notify_on_warning: list[Notification] = Field(
        default=[],
        description="who is notified of a run that has succeeded with a refused model, quarantined "
        "rows or broken contracts that only warn",
    )
    deadline: Duration | None = Field(
        default=None,
        description="how long after it was created a run should have succeeded, whether it has "
        "started or not",
    )
    notify_on_deadline: list[Notification] = Field(
        default=[], description="who is notified of a run that has missed its deadline"
    )
    runs_on: Literal["venv", "kubernetes"] = Field(default="venv", description="where tasks run")
    venv: Venv | None = Field(default=None, description="for `runs_on: venv`")
    kubernetes: Kubernetes | None = Field(default=None, description="for `runs_on: kubernetes`")
    environment: Environment = Field(
        default=Environment(), description="environment variables that come from Airflow"
    )
    tasks: dict[str, TaskSettings] = Field(
        default={}, description="settings of single tasks, by their id"
    )
    retries: Natural | None = Field(default=2, description="how often a failed task is retried")

    @property
    def notifications(self) -> list[Notification]:
        """All notifications."""
        return [*self.notify_on_failure, *self.notify_on_warning, *self.notify_on_deadline]
