"""What `airflow.yml` may say. The names are Airflow's, Kedro's and Kubernetes' own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from .values import (
    AbsolutePath,
    Backoff,
    ConnectionReference,
    Cron,
    DagId,
    Duration,
    EnvironmentName,
    ImportPath,
    Moment,
    Quantity,
    Text,
    TimeZone,
    Variable,
)

Natural = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Scalar = str | int | float | bool


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Quantities(_Keys):
    """Amounts of what a container can have."""

    cpu: Quantity | None = None
    memory: Quantity | None = None


class Resources(_Keys):
    """What the container of a task gets, in Kubernetes."""

    requests: Quantities = Field(default=Quantities(), description="what is kept free for it")
    limits: Quantities = Field(default=Quantities(), description="what it may not exceed")


class TaskSettings(_Keys):
    """What can be said of all tasks of a DAG, and of one of them."""

    retries: Natural | None = Field(
        default=None, description="how often a failed task is tried again"
    )
    retry_delay: Duration | None = Field(default=None, description="the time before a retry")
    retry_exponential_backoff: Backoff | None = Field(
        default=None, description="whether the delay grows with each retry, as in Airflow"
    )
    max_retry_delay: Duration | None = Field(
        default=None, description="the longest that it grows to"
    )
    execution_timeout: Duration | None = Field(
        default=None, description="after that, a try has failed"
    )
    pool: Text | None = Field(default=None, description="the pool of Airflow that tasks wait for")
    pool_slots: Positive | None = Field(
        default=None, description="how many of its slots a task takes"
    )
    priority_weight: int | None = Field(
        default=None, description="the order in which waiting tasks start, as in Airflow"
    )
    queue: Text | None = Field(default=None, description="the queue of the executor")
    resources: Resources | None = Field(default=None, description="what a pod gets")


class OnAssets(_Keys):
    """A schedule: whenever all of these assets have a new partition of the same month."""

    assets: Annotated[list[Text], Field(min_length=1)] = Field(
        description="datasets that a DAG of this project publishes, or package/dataset of another"
    )


class Venv(_Keys):
    """Tasks run in the project's environment on the worker."""

    project: AbsolutePath = Field(description="the project's directory there")
    kedro: Text = Field(default=".venv/bin/kedro", description="the command, from that directory")


class Toleration(_Keys):
    """A toleration, as Kubernetes writes it."""

    key: Text | None = None
    operator: Literal["Exists", "Equal"] | None = None
    value: str | None = None
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    tolerationSeconds: Natural | None = None


class Kubernetes(_Keys):
    """Tasks run in pods of the project's image."""

    image: Text = Field(description="the image, with its tag or digest")
    kedro: Text = Field(default="kedro", description="the command in the image")
    namespace: Text | None = Field(default=None, description="where the pods are")
    service_account: Text | None = Field(default=None, description="the account that they run as")
    env_from_secrets: list[Text] = Field(default=[], description="secrets that become variables")
    env_from_configmaps: list[Text] = Field(
        default=[], description="config maps that become variables"
    )
    node_selector: dict[str, str] = Field(default={}, description="labels that the nodes must have")
    tolerations: list[Toleration] = Field(default=[], description="taints of nodes that are borne")
    labels: dict[str, str] = Field(default={}, description="labels of the pods")
    annotations: dict[str, str] = Field(default={}, description="annotations of the pods")
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = Field(
        default=None, description="when the image is fetched"
    )
    image_pull_secrets: list[Text] = Field(default=[], description="secrets that fetch it")
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
    """Environment variables of the tasks that Airflow keeps: `NAME: where it is`."""

    variables: dict[EnvironmentName, Variable] = Field(
        default={}, description="from Variables of Airflow"
    )
    connections: dict[EnvironmentName, ConnectionReference] = Field(
        default={}, description="from connections of Airflow"
    )


class Notification(_Keys):
    """A notifier of Airflow, and how it is made."""

    notifier: ImportPath = Field(description="a class of a provider")
    arguments: dict[str, Any] = Field(default={}, description="what it is made with")


def _kind_of_schedule(value: Any) -> str:
    return "assets" if isinstance(value, dict | OnAssets) else "cron"


class DagSettings(TaskSettings):
    """One DAG."""

    dag_id: DagId | None = Field(default=None, description="its id; `<package>_<name>` unless said")
    pipelines: Annotated[list[Text], Field(min_length=1)] | None = Field(
        default=None, description="what is run; the pipeline with the DAG's name unless said"
    )
    parameters: dict[str, Any] = Field(
        default={}, description="parameters of Kedro in place of those of the configuration"
    )
    env: Text | None = Field(
        default=None,
        description="the environment of Kedro that tasks run with; the exported one unless said",
    )
    description: Text | None = Field(default=None, description="one line that Airflow shows")
    doc: Text | None = Field(default=None, description="a page in Markdown that Airflow shows")
    owner: Text | None = Field(
        default=None, description="who answers for it; that of `globals.yml` unless said"
    )
    tags: list[Text] = Field(default=[], description="shown by Airflow")
    schedule: (
        Annotated[
            Annotated[Cron, Tag("cron")] | Annotated[OnAssets, Tag("assets")],
            Discriminator(_kind_of_schedule),
        ]
        | None
    ) = Field(default=None, description="when it runs; null: when it is triggered")
    timezone: TimeZone = Field(default="UTC", description="of its schedule and dates")
    start_date: Moment | None = Field(default=None, description="the first month that is scheduled")
    end_date: Moment | None = Field(
        default=None,
        description="the last one; Airflow lets a run with a later logical date succeed without "
        "doing anything, also one that was triggered by hand",
    )
    catchup: bool = Field(
        default=False, description="whether months that were missed are made up for"
    )
    max_active_runs: Positive = Field(default=1, description="how many runs may be at work")
    group_by: Literal["stage", "namespace", "node", "pipeline"] = Field(
        default="stage",
        description="what is a task: each pipeline (`stage`), namespace or node, or all together "
        "(`pipeline`)",
    )
    publishes: list[Text] = Field(default=[], description="datasets that are announced as Assets")
    notify_on_failure: list[Notification] = Field(
        default=[], description="who is told of a failed run"
    )
    runs_on: Literal["venv", "kubernetes"] = Field(default="venv", description="where tasks run")
    venv: Venv | None = Field(default=None, description="for `runs_on: venv`")
    kubernetes: Kubernetes | None = Field(default=None, description="for `runs_on: kubernetes`")
    environment: Environment = Field(
        default=Environment(), description="environment variables that Airflow keeps for the tasks"
    )
    tasks: dict[str, TaskSettings] = Field(
        default={}, description="settings of single tasks, by id"
    )
    retries: Natural | None = Field(default=2, description="how often a failed task is tried again")
