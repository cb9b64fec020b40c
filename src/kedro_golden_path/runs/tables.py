"""Tables of databases whose transactions cover a change of tables: SQLite and PostgreSQL.

A run writes a table beside the published one, and reads it from there. Publishing swaps or appends
all tables of a database in one transaction. SQLAlchemy is imported when there is something to do.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..datasets.entries import innermost, type_of, with_innermost
from ..errors import GoldenPathError
from .area import Area, Output, conflict

if TYPE_CHECKING:
    from sqlalchemy import Connection

HOW = "table"
PREFIX = ".tables/"
_STAGED = "kedro_golden_path.datasets.sql.StagedTable"
_TABLE = "kedro_datasets.pandas.sql_dataset.SQLTableDataset"
_QUERY = "kedro_datasets.pandas.sql_dataset.SQLQueryDataset"
_LONGEST_READABLE_PART = 40

Credentials = Callable[[str], Mapping[str, Any]]


def is_table(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is a table that pandas writes."""
    return _is(entry, _TABLE)


def place_of(entry: Mapping[str, Any], credentials: Mapping[str, Any]) -> str:
    """The place of a table: the same for each entry of it; empty if it cannot be staged."""
    own = innermost(entry)
    con = _con(own, credentials)
    dialect = re.match(r"(sqlite|postgresql)(\+\w+)?://", con)
    # A database in memory ends with the process.
    if dialect is None or re.fullmatch(r"sqlite(\+\w+)?:/*(:memory:)?(\?.*)?", con):
        return ""
    table = str(own.get("table_name"))
    key = "\n".join([con, _schema(own) or "", table])
    return f"{PREFIX}{table}.{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def shown(place: str) -> str:
    """The place of a table for people."""
    return f"the table {place.removeprefix(PREFIX).rpartition('.')[0]}"


def staged(entry: Mapping[str, Any], area: Area, place: str) -> dict[str, Any]:
    """The entry of a table, written and read beside the published one."""
    own = innermost(entry)
    options = {
        "type": _STAGED,
        "beside": _beside(own, area.directory),
        "staged_at": area.staged(place),
    }
    return with_innermost(entry, {**own, **options})


def check_queries(
    staged: Mapping[str, Any],
    outputs: Mapping[str, Output],
    complete: Mapping[str, Output],
    later: Mapping[str, Collection[str]],
    credentials: Mapping[str, Any],
) -> None:
    """Fail if a query reads a table that the run has written beside the published one.

    Raises:
        GoldenPathError: It would see the published table, not the run's own.
    """
    queries = {name: text for name, entry in staged.items() if (text := _query(entry))}
    for output in [*outputs.values(), *complete.values()]:
        for writer in output.names if output.how == HOW and queries else ():
            own = staged.get(writer)
            table = innermost(own)["table_name"] if own else output.table["table"]
            for reader in sorted(queries.keys() & set(later.get(writer, () if own else queries))):
                if re.search(rf"(?<!\w){re.escape(table)}(?!\w)", queries[reader], re.IGNORECASE):
                    raise GoldenPathError(
                        f"The query of '{reader}' reads the table {table}, which the same run "
                        f"writes as '{writer}': until the run succeeds, the query would see the "
                        f"table as it was. Load '{writer}' itself in the node that needs it (a "
                        "pandas.SQLTableDataset sees what the run wrote), or run the query in a "
                        "run of its own."
                    )


def prepare(
    area: Area,
    output: Output,
    staged: Mapping[str, Any],
    credentials: Mapping[str, Any],
    others: Collection[str],
) -> Output:
    """Find out what publishing needs to know, and drop what an earlier try left.

    Raises:
        GoldenPathError: The table cannot be written, or not without a loss.
    """
    own = [innermost(staged[name]) for name in output.names]
    modes = {_mode(each) for each in own}
    table, schema = str(own[0]["table_name"]), _schema(own[0])
    if len(modes) > 1:
        raise GoldenPathError(
            f"{', '.join(output.names)} are one table, {table}, but 'if_exists' differs. Say the "
            "same in all of them."
        )
    (mode,) = modes
    beside = _beside(own[0], area.directory)
    options = {"table": table, "schema": schema, "mode": mode, "dataset": output.names[0]}
    wants_base = output.base is not None and mode != "append"
    base = None
    with _connection(own[0], credentials, f"'{output.names[0]}'") as connection:
        if not others:
            _drop(connection, beside, schema)
        if mode == "fail" and _exists(connection, table, schema):
            raise GoldenPathError(
                f"'{output.names[0]}' would not be written: the table {table} exists, and "
                "'if_exists' is 'fail', which is the default. Set save_args: {if_exists: replace} "
                "in its entry, or append."
            )
        if wants_base:
            base = _content(connection, table, schema)
    return replace(output, base=base, table={**options, "beside": beside})


def swap(outputs: Collection[Output], credentials: Credentials) -> list[str]:
    """Publish tables, those of a database in one transaction.

    Returns:
        The names of the tables.

    Raises:
        GoldenPathError: The database refuses it; the tables of this database are unchanged.
    """
    published = []
    by_database: dict[str, list[Output]] = {}
    for output in outputs:
        con = str(credentials(output.table["dataset"])["con"])
        by_database.setdefault(con, []).append(output)
    for each in by_database.values():
        own = {"credentials": credentials(each[0].table["dataset"])}
        with _connection(own, {}, ", ".join(one.table["table"] for one in each)) as connection:
            for output in each:
                if _exists(connection, output.table["beside"], output.table["schema"]):
                    _swap(connection, output)
                    published.append(output.table["table"])
    return published


def drop(outputs: Collection[Output], credentials: Credentials) -> None:
    """Drop the tables that runs have written beside the published ones."""
    for output in outputs:
        own = {"credentials": credentials(output.table["dataset"])}
        with _connection(own, {}, output.table["table"]) as connection:
            _drop(connection, output.table["beside"], output.table["schema"])


def _swap(connection: Connection, output: Output) -> None:
    options = output.table
    table, beside, schema, mode = (options[key] for key in ("table", "beside", "schema", "mode"))
    old, new = (_quoted(connection, each, schema) for each in (table, beside))
    there = _exists(connection, table, schema)
    if there and mode != "fail" and connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {old} IN ACCESS EXCLUSIVE MODE")
    if output.base is not None and output.base != _content(connection, table, schema):
        raise conflict(f"The table {table}", output.names)
    if there and mode in ("append", "delete_rows"):
        if mode == "delete_rows":
            connection.exec_driver_sql(f"DELETE FROM {old}")
        columns = ", ".join(_columns(connection, beside, schema))
        connection.exec_driver_sql(f"INSERT INTO {old} ({columns}) SELECT {columns} FROM {new}")
        connection.exec_driver_sql(f"DROP TABLE {new}")
        return
    if there and mode == "replace":
        connection.exec_driver_sql(f"DROP TABLE {old}")
    name = connection.dialect.identifier_preparer.quote(table)
    connection.exec_driver_sql(f"ALTER TABLE {new} RENAME TO {name}")


@contextmanager
def _connection(
    own: Mapping[str, Any], credentials: Mapping[str, Any], what: str
) -> Iterator[Connection]:
    """A connection with one transaction, which also covers changes of tables.

    Raises:
        GoldenPathError: The database does not answer, or refuses something.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError

    options = dict(_credentials(own, credentials))
    try:
        engine = create_engine(options.pop("con"), **options)
    except (ImportError, SQLAlchemyError) as error:
        raise GoldenPathError(f"The database of {what} cannot be used: {error}") from error
    sqlite = engine.dialect.name == "sqlite"
    try:
        with engine.connect() as connection:
            if not sqlite:
                with connection.begin():
                    yield connection
                return
            # Python's driver begins no transaction before a change of tables.
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip()
        raise GoldenPathError(
            f"The database refuses {what}: {reason}. Nothing was changed in it."
        ) from error
    finally:
        engine.dispose()


def _content(connection: Connection, table: str, schema: str | None) -> str:
    """What changes when rows of a table change, whatever their order; empty without a table."""
    if not _exists(connection, table, schema):
        return ""
    total, count = 0, 0
    for row in connection.exec_driver_sql(f"SELECT * FROM {_quoted(connection, table, schema)}"):
        total += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest()[:16])
        count += 1
    return f"{count}-{total % 2**128:x}"


def _exists(connection: Connection, table: str, schema: str | None) -> bool:
    from sqlalchemy import inspect

    return inspect(connection).has_table(table, schema)


def _columns(connection: Connection, table: str, schema: str | None) -> list[str]:
    from sqlalchemy import inspect

    quote = connection.dialect.identifier_preparer.quote
    return [quote(each["name"]) for each in inspect(connection).get_columns(table, schema)]


def _drop(connection: Connection, table: str, schema: str | None) -> None:
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {_quoted(connection, table, schema)}")


def _quoted(connection: Connection, table: str, schema: str | None) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return f"{quote(schema)}.{quote(table)}" if schema else quote(table)


def _beside(own: Mapping[str, Any], directory: str) -> str:
    """The name of the table beside: within the length that PostgreSQL knows."""
    table = str(own["table_name"])
    digest = hashlib.sha256(f"{directory}\n{table}".encode()).hexdigest()[:12]
    return f"{table[:_LONGEST_READABLE_PART]}__{digest}"


def _mode(own: Mapping[str, Any]) -> str:
    return str((own.get("save_args") or {}).get("if_exists", "fail"))


def _schema(own: Mapping[str, Any]) -> str | None:
    options = {**(own.get("load_args") or {}), **(own.get("save_args") or {})}
    return options.get("schema")


def _credentials(own: Mapping[str, Any], credentials: Mapping[str, Any]) -> Mapping[str, Any]:
    given = own.get("credentials")
    found = credentials.get(given) if isinstance(given, str) else given
    return found if isinstance(found, Mapping) else {}


def _con(own: Mapping[str, Any], credentials: Mapping[str, Any]) -> str:
    return str(_credentials(own, credentials).get("con", ""))


def _query(entry: Any) -> str:
    """The text of a query; empty if the entry is none, or its file cannot be read."""
    if not isinstance(entry, dict) or not _is(entry, _QUERY):
        return ""
    own = innermost(entry)
    file = Path(str(own.get("filepath", "")))
    return str(own.get("sql") or (file.read_text("utf-8") if file.is_file() else ""))


def _is(entry: Mapping[str, Any], name: str) -> bool:
    kind = type_of(innermost(entry))
    return kind is not None and f"{kind.__module__}.{kind.__qualname__}" == name
