import re

import pyarrow
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedro_golden_path.contracts.patterns import portable

PATTERNS = [
    r"^\d{4}-(0[1-9]|1[0-2])$",
    r"[^\s-]+x?",
    r"\w+\W\D\S",
    r"a.c",
    r"^(?:ab|c*?)[a-c&&[]{1,2}",
    r"\.\$\^\\",
    "é+",
]
TEXTS = ["2013-04", "2013-13", "a\nc", "abc", "", "٣", "é", "a c", "ab&[", ".$^\\", "aa-b\u2028c"]


# `re` may give the set with && a meaning one day.
@pytest.mark.filterwarnings("ignore:Possible set intersection:FutureWarning")
@pytest.mark.parametrize("pattern", PATTERNS)
@settings(derandomize=True, deadline=None)
@given(text=st.one_of(st.sampled_from(TEXTS), st.text("abcx0123-&[.\n \té٣", max_size=8)))
def test_a_portable_pattern_matches_what_python_matches(pattern: str, text: str) -> None:
    # Python's $ also matches before a last line break, which is not wanted in data.
    expected = re.compile(pattern.replace("$", r"\Z") if pattern.endswith(")$") else pattern, re.A)
    values = pyarrow.array([text])
    found = pc.match_substring_regex(values, portable(pattern))[0].as_py()
    assert found == bool(expected.search(text))
    anchored = pc.match_substring_regex(values, portable(pattern, anchored=True))[0].as_py()
    assert anchored == bool(expected.match(text))


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("[", "is not a regular expression"),
        ("(?i)a", "sets flags"),
        ("(?i:a)", "uses flags"),
        (r"(a)\1", "uses groupref"),
        ("a(?=b)", "uses assert"),
        (r"\bword", "uses at_boundary"),
        ("x{1,5000}", "cannot be used"),
    ],
)
def test_what_engines_read_differently_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        portable(pattern)
