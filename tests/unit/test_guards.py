"""The guards themselves; what passes through them is in `test_crossings.py`."""

import ast
import json
from collections.abc import Callable

import pytest
from hypothesis import given

from kedro_golden_path.guards import (
    in_docstring,
    is_below,
    is_plain_name,
    json_line,
    message,
    mlflow_equals,
    one_line,
    printable,
    python_literal,
    without_credentials,
)
from support.hostile import GROUPS, HIDDEN, VALUES, failing, fuzzed, texts


def is_harmless(text: str) -> bool:
    return all(each.isprintable() or each == "\n" for each in text)


GUARDS: dict[str, Callable[[str], object]] = {
    "a literal is the text": lambda t: ast.literal_eval(python_literal(t)) == t,
    "a literal is one line": lambda t: python_literal(t).isprintable(),
    "a docstring stays one": lambda t: len(ast.parse(f'"""{in_docstring(t)}."""').body) == 1,
    "a message steers nothing": lambda t: is_harmless(printable(t)) and is_harmless(message(t)),
    "a part of a line is one": lambda t: one_line(t).isprintable(),
    "what is printable stays": lambda t: not t.isprintable() or printable(t) == one_line(t) == t,
    "JSON stays the same": lambda t: json.loads(json_line(json.dumps(t, ensure_ascii=False))) == t,
    "JSON steers nothing": lambda t: is_harmless(json_line(json.dumps(t, ensure_ascii=False))),
    "a name is plain": lambda t: not is_plain_name(t) or (t.isascii() and not {*t} & {*"/\\:\n "}),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_the_whole_corpus_is_guarded(guard: str) -> None:
    assert failing(GUARDS[guard]) == []


@fuzzed
@given(texts())
def test_any_text_is_guarded(text: str) -> None:
    assert [guard for guard, holds in GUARDS.items() if not holds(text)] == []


def test_what_is_plain_and_what_is_below() -> None:
    names = ["a", "2024-01-01T00.00.00.000Z-1a2b", "manual--2024-ab12", "A_b", "0"]
    assert all(map(is_plain_name, names))
    assert failing(lambda value: not is_plain_name(value), GROUPS["shell"] + GROUPS["lines"]) == []
    outside = ["..", "../x", "a/../../b", "/x", "\\x", "a\\..\\b", "C:\\x", "s3://x", "a\0"]
    assert not any(map(is_below, outside))
    assert all(map(is_below, ["a", "a/b", "month=2013-04/x.parquet", "a..b", ".x", "a/b:c"]))


def test_no_address_shows_a_password() -> None:
    assert failing(lambda v: HIDDEN not in without_credentials(v), GROUPS["addresses"]) == []
    untouched = [v for v in VALUES if v not in GROUPS["addresses"] and without_credentials(v) != v]
    assert untouched == []
    assert without_credentials("ssh://git@h/x.git") == "ssh://git@h/x.git"
    assert without_credentials("git@h:x.git, me@example.com") == "git@h:x.git, me@example.com"
    assert without_credentials("at https://u:p@ss@h/x.") == "at https://h/x."


def test_what_no_filter_can_hold_is_refused() -> None:
    for value in ("'\"", "a\\", "a\nb"):
        with pytest.raises(ValueError, match="cannot be searched for"):
            mlflow_equals("tags.x", value)
