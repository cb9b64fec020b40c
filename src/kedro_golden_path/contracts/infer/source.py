"""A contract as the source of a Python module."""

from __future__ import annotations

import keyword
import math
import re
import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Any

import pandera.pandas as pa
import pyarrow

from ...guards import in_docstring, python_literal
from .annotations import annotation
from .profile import Column

_SHARES = (0.001, 0.01, 0.05, 0.1, 0.2, 0.5)
_CALENDAR = {
    "month": (1, 12),
    "day": (1, 31),
    "weekday": (0, 6),
    "hour": (0, 23),
    "minute": (0, 59),
    "second": (0, 59),
}
_SHARE_RULE = "share_without_"
# Names that would hide what the module needs, or what pandera has itself.
TAKEN = {"Annotated", "Any", "Columns", "Config", "bool", "classmethod", "float", "int", "nw"}
TAKEN |= {"number_of_rows", "pa", "pd", "pyarrow", "rule", "share", "str", *dir(pa.DataFrameModel)}


def bounds(column: Column) -> dict[str, Any]:
    """Generous bounds in round numbers; none for identifiers and what does not vary."""
    least, most = column.least, column.most
    if least is None or column.sensitive or column.is_id or column.unique:
        return {}
    calendar = _CALENDAR.get(column.name.rpartition("_")[2])
    if calendar and calendar[0] <= least and most <= calendar[1]:
        return {"ge": calendar[0], "le": calendar[1]}
    if not (math.isfinite(least) and math.isfinite(most)) or least == most:
        return {}
    if not column.is_integer and least >= 0 and 0.5 <= most <= 1:
        return {"ge": 0, "le": 1}
    margin = (most - least) / 2
    # As round as the range is wide: years of one decade do not reach the next millennium.
    power = _power(margin)
    low = 0 if 0 <= least <= 4 * margin else _round(least - margin, math.floor, power)
    return {"ge": low, "le": _round(most + margin, math.ceil, power)}


def _power(value: float) -> int:
    """The power of ten of a value's first digit."""
    return math.floor(math.log10(abs(value)))


def _round(value: float, direction: Any, power: int) -> int | float:
    if not value:
        return 0
    rounded = direction(value / 10**power) * 10**power if power >= 0 else None
    return (
        int(rounded)
        if rounded is not None
        else float(round(direction(round(value * 10**-power, 6)) / 10**-power, -power))
    )


def name_attributes(columns: Sequence[Column]) -> None:
    """Names in Python; a column whose own name does not do gets an alias."""
    used: set[str] = set()
    for column in columns:
        name = column.name if _can_be_attribute(column.name) else _like(column.name)
        while name in used:
            name += "_"
        used.add(name)
        column.attribute = name


def _can_be_attribute(name: str) -> bool:
    # Python reads a name in its normal form, in which several names may be one.
    plain = name.isidentifier() and unicodedata.normalize("NFKC", name) == name
    hides = name in TAKEN or name.startswith(("_", _SHARE_RULE))
    return plain and not hides and not keyword.iskeyword(name)


def _like(name: str) -> str:
    """A name of Python that reminds of another name."""
    found = unicodedata.normalize("NFKC", re.sub(r"\W+", "_", name.lower())).strip("_")
    if not found.isidentifier():
        found = re.sub(r"[^a-z0-9]+", "_", found).strip("_")
    return f"{found}_" if found[:1].isalpha() else f"column_{found}"


class Writer:
    """The source of a contract."""

    def __init__(
        self,
        model: str,
        dataset: str,
        columns: Sequence[Column],
        key: Sequence[Column],
        rows: int,
    ) -> None:
        """Keep what the source is made of."""
        self._model = model
        self._dataset = dataset
        self._columns = columns
        self._key = key
        self._rows = rows

    def module(self, month: str | None) -> str:
        """The source of the module, for data of a month."""
        of_month = f" of {month}" if month else ""
        head = _docstring(
            f"Contract of {self._dataset}.",
            f"A first draft from {self._rows:,} rows{of_month}: what was so there need not be so "
            "elsewhere. Look at each 'Decide', then delete it.",
        )
        body = [self._class(), *map(self._field, self._columns), "", *self._config()]
        rules = [*self._row_count(), *self._null_rules()]
        return "\n".join([head, "", *self._imports(), "", "", *body, *rules])

    def _imports(self) -> list[str]:
        annotations = " ".join(annotation(column.kind) for column in self._columns)
        typing = [name for name in ("Annotated", "Any") if re.search(rf"\b{name}\b", annotations)]
        lines = [f"from typing import {', '.join(typing)}", ""] if typing else []
        lines.append("import narwhals as nw")
        lines += ["import pandas as pd"] if "pd." in annotations else []
        arrow = ["import pyarrow"] if "pyarrow." in annotations else []
        share = ", share" if self._null_rules() else ""
        contract = f"from kedro_golden_path import Columns, rule{share}"
        return [*lines, "import pandera.pandas as pa", *arrow, contract]

    def _class(self) -> str:
        questions = ["Decide: what one row stands for."]
        if untyped := [c.name for c in self._columns if annotation(c.kind) == "Any"]:
            questions.append(
                f"Decide: the type of {', '.join(untyped)}. It is one that a contract cannot name, "
                "or nothing is there to tell it from."
            )
        if whole := [c.name for c in self._columns if self._may_be_whole(c)]:
            questions.append(
                f"Decide: is {', '.join(whole)} made of whole numbers? Missing values turn them "
                "into floats."
            )
        if hidden := [c.name for c in self._columns if c.sensitive]:
            questions.append(
                f"Decide: is {', '.join(hidden)} sensitive? No value was written down here, and "
                "no report shows one."
            )
        docstring = _docstring(f"First draft of the contract of {self._dataset}.", *questions)
        return f"class {self._model}(pa.DataFrameModel):\n{textwrap.indent(docstring, '    ')}\n"

    def _may_be_whole(self, column: Column) -> bool:
        ends = (column.least, column.most)
        return (
            column.kind == pyarrow.float64()
            and bool(column.nulls)
            and column.distinct > 2
            and all(isinstance(end, float) and end.is_integer() for end in ends)
        )

    def _field(self, column: Column) -> str:
        options: dict[str, Any] = {"alias": column.name} if column.attribute != column.name else {}
        options |= {"str_matches": column.pattern} if column.pattern else bounds(column)
        if column.categories is not None:
            options["isin"] = column.categories
        flags = {"nullable": bool(column.nulls), "unique": column.unique}
        options |= {name: True for name, is_set in flags.items() if is_set}
        meanings = {"period": column.period, "sensitive": column.sensitive}
        if metadata := {name: True for name, is_set in meanings.items() if is_set}:
            options["metadata"] = metadata
        line = f"    {column.attribute}: {annotation(column.kind)}"
        if not options:
            return line
        return f"{line} = pa.Field({', '.join(map(_option, options, options.values()))})"

    def _config(self) -> list[str]:
        key = [column.name for column in self._key]
        question = "Decide: is this the key, or did it only happen to be one?"
        if not key:
            question = "Decide: what is the key? No three columns or fewer tell all rows apart."
        lines = ["class Config:", textwrap.indent(_docstring(question), "    "), ""]
        title = re.sub(r"\W+|_+", " ", self._dataset).strip().capitalize()
        lines += [f"    title = {python_literal(title)}"]
        lines += ['    description = "Decide: what this is and where it comes from"']
        lines += ["    strict = True"]
        if len(key) > 1:
            lines.append(f"    unique = [{', '.join(map(python_literal, key))}]")
        return [f"    {line}" if line else "" for line in "\n".join(lines).split("\n")]

    def _row_count(self) -> list[str]:
        half, double = self._rows / 2, self._rows * 2
        low = max(1, int(_round(half, math.floor, _power(half) - 1)))
        high = int(_round(double, math.ceil, _power(double) - 1))
        text = f"Decide: how many are usual. There were {self._rows:,}."
        return self._rule("number_of_rows", f"ge={low:_}, le={high:_}", text, ["return data.rows"])

    def _null_rules(self) -> list[str]:
        """One rule for all columns that have about the same share of missing values."""
        buckets: dict[float, list[Column]] = {}
        for column in self._columns:
            share = column.nulls / self._rows
            limit = next((limit for limit in _SHARES if 2 * share <= limit), None)
            if column.nulls and limit:
                buckets.setdefault(limit, []).append(column)
        lines = []
        for limit, columns in sorted(buckets.items()):
            lines += self._null_rule(limit, columns)
        return lines

    def _null_rule(self, limit: float, columns: Sequence[Column]) -> list[str]:
        names = ", ".join(python_literal(column.name) for column in columns)
        most = max(column.nulls for column in columns) / self._rows
        text = f"Decide: how many values may be missing. At most {most:.2%} were."
        if len(columns) == 1:
            name = f"{_SHARE_RULE}{columns[0].attribute}"
            code = [f"return share(data[{names}].is_null())"]
        else:
            name = f"{_SHARE_RULE}values_{f'{limit:g}'.partition('.')[2]}"
            code = [f"columns = [{names}]"]
            code += ["missing = [share(data[name].is_null()) for name in columns]"]
            code += ["return nw.max_horizontal(*missing)"]
        return self._rule(name, f"le={limit:g}", text, code)

    def _rule(self, name: str, bounds: str, text: str, code: Sequence[str]) -> list[str]:
        lines = [f"@rule({bounds})", "@classmethod"]
        lines += [f"def {name}(cls, data: Columns) -> nw.Expr:"]
        lines += [f"    {line}" if line else "" for line in _docstring(text).split("\n")]
        lines += [f"    {line}" for line in code]
        return ["", *(f"    {line}" if line else "" for line in lines)]


def _option(name: str, value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{python_literal(key)}: {item!r}" for key, item in value.items())
        text = "{" + ", ".join(pairs) + "}"
    elif isinstance(value, list):
        text = f"[{', '.join(map(python_literal, value))}]"
    elif name == "str_matches":
        plain = value.isprintable() and not value.endswith("\\") and '"' not in value
        text = f'r"{value}"' if plain else python_literal(value)
    elif isinstance(value, str):
        text = python_literal(value)
    else:
        text = f"{value:_}" if isinstance(value, int) and abs(value) >= 10_000 else repr(value)
    return f"{name}={text}"


def _docstring(summary: str, *others: str) -> str:
    paragraphs = [textwrap.fill(in_docstring(text), 88) for text in others]
    summary = in_docstring(summary)
    summary = summary if len(summary) <= 88 else f"{summary[:87]}…"
    if not paragraphs:
        return f'"""{summary}"""'
    return "\n".join([f'"""{summary}', "", *"\n\n".join(paragraphs).split("\n"), '"""'])
