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
    """What the container of a task gets."""

    requests: Quantities = Quantities()
    limits: Quantities = Quantities()


class TaskSettings(_Keys):
    """What can be said of all tasks of a DAG, and of one of them."""

    retries: Natural | None = None
    retry_delay: Duration | None = None
    retry_exponential_backoff: Backoff | None = None
    max_retry_delay: Duration | None = None
    execution_timeout: Duration | None = None
    pool: Text | None = None
    pool_slots: Positive | None = None
    priority_weight: int | None = None
    queue: Text | None = None
    resources: Resources | None = None


class OnAssets(_Keys):
    """A schedule: whenever all of these assets have a new partition of the same month."""

    assets: Annotated[list[Text], Field(min_length=1)]


class Venv(_Keys):
    """Tasks run in the project's environment on the worker."""

    project: AbsolutePath
    kedro: Text = ".venv/bin/kedro"


class Toleration(_Keys):
    """A toleration, as Kubernetes writes it."""

    key: Text | None = None
    operator: Literal["Exists", "Equal"] | None = None
    value: str | None = None
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    tolerationSeconds: Natural | None = None


class Kubernetes(_Keys):
    """Tasks run in pods of the project's image."""

    image: Text
    kedro: Text = "kedro"
    namespace: Text | None = None
    service_account: Text | None = None
    env_from_secrets: list[Text] = []
    env_from_configmaps: list[Text] = []
    node_selector: dict[str, str] = {}
    tolerations: list[Toleration] = []
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = None
    image_pull_secrets: list[Text] = []
    in_cluster: bool | None = None
    kubernetes_conn_id: Text | None = None
    startup_timeout: Duration | None = None


class Environment(_Keys):
    """Environment variables of the tasks that Airflow keeps: `NAME: where it is`."""

    variables: dict[EnvironmentName, Variable] = {}
    connections: dict[EnvironmentName, ConnectionReference] = {}


class Notification(_Keys):
    """A notifier of Airflow, and how it is made."""

    notifier: ImportPath
    arguments: dict[str, Any] = {}


def _kind_of_schedule(value: Any) -> str:
    return "assets" if isinstance(value, dict | OnAssets) else "cron"


class DagSettings(TaskSettings):
    """One DAG."""

    dag_id: DagId | None = None
    pipelines: Annotated[list[Text], Field(min_length=1)] | None = None
    parameters: dict[str, Any] = {}
    env: Text | None = None
    description: Text | None = None
    doc: Text | None = None
    owner: Text | None = None
    tags: list[Text] = []
    schedule: (
        Annotated[
            Annotated[Cron, Tag("cron")] | Annotated[OnAssets, Tag("assets")],
            Discriminator(_kind_of_schedule),
        ]
        | None
    ) = None
    timezone: TimeZone = "UTC"
    start_date: Moment | None = None
    end_date: Moment | None = None
    catchup: bool = False
    max_active_runs: Positive = 1
    group_by: Literal["stage", "namespace", "node", "pipeline"] = "stage"
    publishes: list[Text] = []
    notify_on_failure: list[Notification] = []
    runs_on: Literal["venv", "kubernetes"] = "venv"
    venv: Venv | None = None
    kubernetes: Kubernetes | None = None
    environment: Environment = Environment()
    tasks: dict[str, TaskSettings] = {}
    retries: Natural | None = 2
