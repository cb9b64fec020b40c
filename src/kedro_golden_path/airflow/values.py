"""Types of values in `airflow.yml` that YAML does not have."""

from __future__ import annotations

import re
import zoneinfo
from datetime import datetime, timedelta
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from .versions import VERSIONS

# Runs with these schedules have no data interval.
WITHOUT_INTERVAL = ("@once", "@continuous")

_PRESETS = (
    *WITHOUT_INTERVAL,
    "@hourly",
    "@daily",
    "@weekly",
    "@monthly",
    "@quarterly",
    "@yearly",
)
_DURATION = "a duration such as 30s, 10m, 2h or 1d"
_MOMENT = (
    "a date such as 2013-04-01, or a time such as 2013-04-01T06:00; the time zone is that of the "
    "key timezone"
)
_TIME_ZONE = "a time zone such as UTC or Europe/Berlin"
_BACKOFF = "true, false, or the factor (from 1) by which the delay grows"
_ABSOLUTE = "an absolute path, as it is on the worker"
_DAG_ID = (
    "at most 250 letters, digits, dots, hyphens and underscores, and not begin with a dot or a "
    "hyphen"
)
_VARIABLE = "a Variable's name: letters, digits, dots, hyphens and underscores"
_ENVIRONMENT_NAME = "the name of an environment variable that does not begin with GOLDEN_PATH_"
_IMPORT_PATH = "the import path of a class, package.module.Class"
_AIRFLOW_VERSION = f"a version of Airflow: {', '.join(VERSIONS[:-1])} or {VERSIONS[-1]}"
_IMAGE = (
    "an image with a digest, or with a tag other than latest, which is another image each time: "
    "registry.example.com/shop:1.2"
)
_QUANTITY = "a quantity of Kubernetes, such as 500m, 2 or 1.5Gi"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CRON = "a cron expression such as '0 6 1 * *', a preset such as '@monthly'"
_CRON_FIELDS = {
    "minute": (range(60), ""),
    "hour": (range(24), ""),
    "day of the month": (range(1, 32), ""),
    "month": (range(1, 13), "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"),
    "day of the week": (range(8), "SUN MON TUE WED THU FRI SAT"),
}
_ATTRIBUTES = {
    "host": "host",
    "login": "login",
    "password": "password",
    "port": "port",
    "schema": "schema",
    "uri": "get_uri()",
}
_CONNECTION = (
    f"conn_id.attribute; the attributes of a connection are {', '.join(_ATTRIBUTES)} and extra.KEY"
)


def _duration(value: Any) -> timedelta:
    found = re.fullmatch(r"(\d+)([smhd])", value) if isinstance(value, str) else None
    if not found or not int(found[1]):
        raise ValueError(f"must be {_DURATION}")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo:
        raise ValueError(f"must be {_MOMENT}")
    return moment


def _time_zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"must be {_TIME_ZONE}") from None
    return value


def _cron(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be null, {_CRON}, or assets: [a dataset]")
    if value.startswith("@"):
        if value not in _PRESETS:
            raise ValueError(f"must be one of the presets {', '.join(_PRESETS)}")
        return value
    fields = value.split()
    if len(fields) != len(_CRON_FIELDS):
        raise ValueError("a cron expression has five fields, as in '0 6 1 * *'")
    for field, (name, (numbers, names)) in zip(fields, _CRON_FIELDS.items(), strict=True):
        if not all(_is_cron_part(part, numbers, names.split()) for part in field.split(",")):
            raise ValueError(
                f"the {name} of the cron expression must be *, or numbers from {numbers[0]} to "
                f"{numbers[-1]} as in 1,3 or 1-5 or */2; it is {field}"
            )
    return " ".join(fields)


def _is_cron_part(part: str, numbers: range, names: list[str]) -> bool:
    values, slash, step = part.partition("/")
    if slash and not (step.isdecimal() and int(step)):
        return False
    if values == "*":
        return True
    ends = values.split("-")
    known = [end.upper() in names or (end.isdecimal() and int(end) in numbers) for end in ends]
    return len(ends) <= 2 and all(known)


def _airflow_version(value: Any) -> str:
    """The version without its patch level; YAML reads 3.2 as a number."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    version = ".".join(str(value).split(".")[:2]) if number or isinstance(value, str) else ""
    if version not in VERSIONS or not re.fullmatch(r"[0-9.]+", str(value)):
        raise ValueError(f"must be {_AIRFLOW_VERSION}")
    return version


def _exponential_backoff(value: Any) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (isinstance(value, bool) or (number and value >= 1)):
        raise ValueError(f"must be {_BACKOFF}")
    return value


def _absolute(value: str) -> str:
    if not (PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute()):
        raise ValueError(f"must be {_ABSOLUTE}")
    return value


def _matching(pattern: str, described: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"must be {described}")
        return value

    return AfterValidator(check)


def connection_reference(value: str) -> str:
    """The Jinja expression for `conn_id.attribute`.

    Raises:
        ValueError: It is not of that form.
    """
    found = re.fullmatch(r"([\w.-]+?)\.(?:(\w+)|extra\.([\w-]+))", value, re.ASCII)
    if not found or (found[2] and found[2] not in _ATTRIBUTES):
        raise ValueError(f"must be {_CONNECTION}")
    connection = f"conn{_attribute(found[1])}"
    if found[3]:
        return f"{connection}.extra_dejson{_attribute(found[3])}"
    # Airflow gives None for what a connection does not have, and Jinja would write "None".
    return f"{connection}.{_ATTRIBUTES[found[2]]} or ''"


def variable_reference(value: str) -> str:
    """The Jinja expression for a Variable of Airflow."""
    return f"var.value{_attribute(value)}"


def _attribute(name: str) -> str:
    return f".{name}" if name.isidentifier() else f"[{name!r}]"


def _is_connection_reference(value: str) -> str:
    connection_reference(value)
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration), Field(description=_DURATION)]
Moment = Annotated[datetime, BeforeValidator(_moment), Field(description=_MOMENT)]
TimeZone = Annotated[str, AfterValidator(_time_zone), Field(description=_TIME_ZONE)]
Cron = Annotated[str, BeforeValidator(_cron), Field(description=_CRON)]
Backoff = Annotated[
    bool | float, BeforeValidator(_exponential_backoff), Field(description=_BACKOFF)
]
AbsolutePath = Annotated[str, AfterValidator(_absolute), Field(description=_ABSOLUTE)]
AirflowVersion = Annotated[
    str, BeforeValidator(_airflow_version), Field(description=_AIRFLOW_VERSION)
]
ConnectionReference = Annotated[
    str, AfterValidator(_is_connection_reference), Field(description=_CONNECTION)
]
Text = Annotated[str, Field(min_length=1)]
DagId = Annotated[
    str, _matching(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,249}", _DAG_ID), Field(description=_DAG_ID)
]
Variable = Annotated[str, _matching(r"[\w.-]+", _VARIABLE), Field(description=_VARIABLE)]
EnvironmentName = Annotated[
    str,
    _matching(r"(?!GOLDEN_PATH_)[A-Za-z_][A-Za-z0-9_]*", _ENVIRONMENT_NAME),
    Field(description=_ENVIRONMENT_NAME),
]
ImportPath = Annotated[
    str,
    _matching(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", _IMPORT_PATH),
    Field(description=_IMPORT_PATH),
]
Image = Annotated[
    str,
    _matching(
        r"(?:[^\s:@/]+(?::\d+)?/)?[^\s:@]+(?::(?!latest$)\w[\w.-]{0,127}|(?=@))"
        r"(?:@sha256:[0-9a-f]{64})?",
        _IMAGE,
    ),
    Field(description=_IMAGE),
]
Quantity = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if isinstance(value, int | float) else value),
    _matching(r"\d+(\.\d+)?(m|[kMGTP]|[KMGTP]i)?", _QUANTITY),
    Field(description=_QUANTITY),
]
