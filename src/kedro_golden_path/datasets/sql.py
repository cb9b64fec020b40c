"""A table that a run writes beside the published one."""

from itertools import chain
from typing import Any

import pandas as pd
from kedro_datasets.pandas import SQLTableDataset
from sqlalchemy import Column, MetaData, Table, inspect


class StagedTable(SQLTableDataset):  # type: ignore[misc]  # kedro-datasets has no types
    """Replaces a `SQLTableDataset` in a run that writes the table.

    It loads what the table will be when the run has succeeded.
    """

    def __init__(self, *, beside: str, staged_at: str, **kwargs: Any) -> None:
        """Describe the table.

        Args:
            beside: The name of the table that the run writes.
            staged_at: What the run calls it in its staging area.
            **kwargs: See `kedro_datasets.pandas.SQLTableDataset`.
        """
        super().__init__(**kwargs)
        self._beside = beside
        self.staged_at = staged_at
        self._adds = self._save_args.get("if_exists") == "append"

    def load(self) -> Any:
        """Load the rows: the run's own, after the published ones if it appends to them."""
        own = self._load_args | {"table_name": self._beside}
        if not self._is_there(self._beside):
            return super().load()
        written = pd.read_sql_table(con=self.engine, **own)
        if not self._adds or not super()._exists():
            return written
        published = super().load()
        if self._load_args.get("chunksize"):
            return chain(published, written)
        return pd.concat([published, written], ignore_index="index_col" not in self._load_args)

    def save(self, data: pd.DataFrame) -> None:
        """Write the table beside."""
        options = self._save_args | {"name": self._beside}
        if self._save_args.get("if_exists") in ("append", "delete_rows"):
            self._make_like_published(data)
        data.to_sql(con=self.engine, **options)

    def _make_like_published(self, data: pd.DataFrame) -> None:
        """Make the table beside with the types of the published one, where the data has columns."""
        schema = self._save_args.get("schema")
        table = self._load_args["table_name"]
        if self._is_there(self._beside) or not inspect(self.engine).has_table(table, schema):
            return
        written = data.reset_index() if self._save_args.get("index") else data
        known = Table(table, MetaData(), schema=schema, autoload_with=self.engine)
        names = {str(name) for name in written.columns} | {str(self._save_args.get("index_label"))}
        columns = [Column(each.name, each.type) for each in known.columns if each.name in names]
        Table(self._beside, MetaData(), *columns, schema=schema).create(self.engine)

    def _is_there(self, table: str) -> bool:
        return bool(inspect(self.engine).has_table(table, self._save_args.get("schema")))

    def _exists(self) -> bool:
        return self._is_there(self._beside) or bool(super()._exists())
