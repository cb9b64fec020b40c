"""Hostile values: what a name, a value, a parameter or an address must be able to be.

Each would do something if it came to a place that acts on it without a guard. What Python code in
them would do is set `MARK`, so that a test can see that it ran.
"""

import string
import sys
from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

MARK = "golden_path_was_run"
_RUN = f"__import__('sys').__dict__.__setitem__('{MARK}',1)"
_TOUCH = f"touch {MARK}"

GROUPS: dict[str, list[str]] = {
    "python": [
        f'q"""+str({_RUN})+"""',
        f"q'''+str({_RUN})+'''",
        f'"""\n{_RUN}\n"""',
        f'"+{_RUN}+"',
        f"'+{_RUN}+'",
        f"{{{_RUN}}}",
        f"\\N{{BULLET}}{_RUN}",
        f'\\"""\n{_RUN}',
        f'")\n{_RUN}\n("',
        f"# type: ignore\n{_RUN}",
        f"x = {_RUN}",
        f"x: int = 1\n    {_RUN}",
        f'x"] = {_RUN}  #',
        f"\r{_RUN}",
        f"\x0c{_RUN}",
        f"\u2028{_RUN}",
        f"@{_RUN}",
        f"lambda: {_RUN}",
        *('"', "'", '""', "''", '"""', "'''", '\\"', "\\'", "\\", "\\\\", '"""\\', "\\N", "\\x"),
        *("\\u0041", "\\U0001F600", "\\0", "%s", "%(x)s", "{}", "{0}", "{x!r}", "{0.__class__}"),
        *("class", "None", "True", "import", "__init__", "__class__", "_x", "self", "cls", "pa"),
        *("Config", "rule", "Any", "to_schema", "number_of_rows", "share_without_x", "match"),
    ],
    "paths": [
        *(
            "",
            ".",
            "..",
            "../x",
            "../../x",
            "../../../x",
            "/",
            "/etc/x",
            "//x",
            "/tmp/x",
            "~",
            "~x",
        ),
        *("a/b", "a/../b", "a/../../b", "./a", "a/.", "a//b", "a/", ".hidden", "..x", "x..", "a."),
        *("..\\x", "a\\b", "C:\\x", "C:x", "\\\\host\\x", "file:///x", "s3://x/y", "memory://x"),
        *("x\0y", "\0", "a%2fb", "%2e%2e%2f", "\u2024\u2024/x", "\uff0e\uff0e\uff0fx", "..\uff0fx"),
        *("nul", "con.txt", "COM1", "a:b", "a*", "a?", "<a>", "a|b", ".git", ".runs", "-rf", "--x"),
        *("data", "a b", " a", "a ", "a" * 129, "b" * 300, "c" * 5000),
    ],
    "shell": [
        *(f"$({_TOUCH})", f"`{_TOUCH}`", f"; {_TOUCH}", f"| {_TOUCH}", f"&& {_TOUCH}"),
        *(f"a\n{_TOUCH}\n", f"'; {_TOUCH}; '", f'"; {_TOUCH}; "', "${HOME}", "$IFS", "%PATH%"),
        *(
            "--upload-pack=touch x",
            "-c core.pager=x",
            "--exec=x",
            "ext::sh -c x",
            "-oProxyCommand=x",
        ),
        *("a,b", "a=b", "a=b,c=d", "month=2013-04,gate.margin=-1", ",x=1", "x=1,", "=", "a:b"),
        *("!x", "#x", "*", "?", "[a-z]", "{a,b}", "~root", "a&", ">x", "<x", "2>&1"),
    ],
    "months": [
        *("2013-04\n", "\n2013-04", "2013-04 ", " 2013-04", "2013-04,x=1", "2013-04;x", "2013-4"),
        *("\uff12\uff10\uff11\uff13-04", "\u0662\u0660\u0661\u0663-04", "0000-01", "2013-00"),
        *("2013-13", "12013-04", "2013-04-05", "2013/04", "../2013-04", "2013-04/..", "20130-4"),
        *("-2013-04", "2013\u201304", "2013-04\0", "2013-04\u200b", "\u202e2013-04"),
    ],
    "filters": [
        *(
            "' or 1=1 --",
            "' or ''='",
            "a' AND tags.x = 'b",
            'a" AND tags.x = "b',
            "'; DROP TABLE x",
        ),
        *(
            "x' UNION SELECT 1",
            "\\' or 1=1",
            "`x`",
            "a''b",
            "%",
            "_",
            "a%b",
            "NULL",
            "1 OR 1",
            "'\"",
        ),
        *("a)b", "(a", "attributes.status = 'FINISHED'", "/* x */", "--", ";"),
    ],
    "markup": [
        *(
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "</title><b>",
            "<!--",
            "-->",
        ),
        *("]]>", "&lt;", "&#60;", "'><svg/onload=alert(1)>", '"><b>', "javascript:alert(1)", "<b"),
        *(
            "[a](javascript:alert(1))",
            "![a](x)",
            "<http://x>",
            "[x]: y",
            "# x",
            "- x",
            "> x",
            "1. x",
        ),
        *("| x |", "a|b", "\\|", "`x`", "``", "`", "``` x", "**x**", "_x_", "~~x~~", "---", "==="),
        *(
            "[red]x[/red]",
            "[/]",
            "[link=http://x]y[/link]",
            "[bold",
            "{{ x }}",
            "{% x %}",
            "{# x #}",
        ),
        *("{{ lipsum.__globals__ }}", "${jndi:x}", "${oc.env:HOME}", "${x:", "<< x >>", "<% x %>"),
        *("{{ params.month }}", "{{7*7}}", "#{7*7}", "${7*7}"),
    ],
    "lines": [
        *("a\nb", "a\r\nb", "a\rb", "\n", "a\n\nError: b", "a\nINFO     b", "a\x85b", "a\u2028b"),
        *(
            "a\u2029b",
            "a\x0bb",
            "a\x0cb",
            "a\tb",
            "\x1b[2J",
            "\x1b[31mred",
            "\x1b]0;x\x07",
            "\x9b2J",
        ),
        *(
            "\x1b]8;;http://x\x07y",
            "\x07",
            "\x08\x08",
            "\x7f",
            "\x00",
            "\u202etxt.exe",
            "\u2066x\u2069",
        ),
        *("a\u200bb", "a\u200db", "\ufeffa", "a\u00adb", "\u061cx", "\U000e0041", "\ufff9x\ufffb"),
    ],
    "data": [
        *(
            "=1+1",
            "+1",
            "-1",
            "@x",
            "=HYPERLINK()",
            "\t=1",
            "\r=1",
            "null",
            "~",
            "yes",
            "on",
            "0x1",
        ),
        *(
            "1e5",
            "1_000",
            "007",
            ".inf",
            ".nan",
            "2013-04-01",
            "!!python/object:x",
            "&a",
            "*a",
            "<<",
        ),
        *("- a", "a: b", "a #b", "[a", "{a", "|", ">", "%YAML", "---\na", "'a", '"a', "{}", "[]"),
        *(
            "\u00e9",
            "e\u0301",
            "\ufb01x",
            "\u212a",
            "\u0130",
            "\u00df",
            "x\u00b2",
            "\u0416",
            "\u3042",
        ),
        *(
            "\U0001d4d5",
            "\U0001f6eb",
            "\u00a0",
            "\u3000",
            "1st",
            "\u0660",
            "\ue000",
            "\ud83d",
            "\udc80",
        ),
    ],
    "addresses": [
        # With the slashes apart, so that nobody who looks for secrets stops at this file.
        address.replace(":--", "://")
        for address in (
            *("https:--u:hidden@h/x", "https:--hidden@h/x", "http:--u:hid@hidden@h"),
            *("HTTPS:--u:hidden@h", "git+https:--u:hidden@h/x.git", "ftp:--u:hidden@h/x"),
            *("ssh:--u:hidden@h/x", "x:--:hidden@h", "https:--h/x.zip?key=hidden"),
            *("https:--h?hidden", "postgresql:--u:hidden@h:5/x?p=hidden", "s3:--k:hidden@b"),
            *("see https:--u:hidden@h/x and https:--v:hidden@h", "'https:--u:hidden@h/x'"),
        )
    ],
}
HIDDEN = "hidden"
VALUES = list(dict.fromkeys(value for group in GROUPS.values() for value in group))
# What can be stored in a file: no half characters.
STORABLE = [value for value in VALUES if not any("\ud800" <= each <= "\udfff" for each in value)]


fuzzed = settings(derandomize=True, database=None, deadline=None, max_examples=300)


def texts() -> st.SearchStrategy[str]:
    """Text of all kinds, also cut together from hostile values."""
    characters = "ab01-_.:/\\\"'`#{}[]()%$<>&|=,;~!*? \n\r\t\x1b\x00\u202e\u2028\u00e9\u0660\ufb01"
    parts = st.sampled_from(VALUES) | st.text(characters, max_size=6)
    return (
        st.text()
        | st.text(string.printable)
        | st.text(characters, max_size=16)
        | st.lists(parts, min_size=1, max_size=4).map("".join)
    )


def failing(holds: Callable[[str], object], values: Iterable[str] = VALUES) -> list[str]:
    """The values for which something does not hold, or that raise an error, each with its reason.

    So a test goes through the whole corpus at once, and names every value that comes through.
    """
    found = []
    for value in values:
        try:
            reason: Any = None if holds(value) else "does not hold"
        except Exception as error:
            reason = f"{type(error).__name__}: {str(error)[:200]}"
        if MARK in sys.__dict__:
            del sys.__dict__[MARK]
            reason = "was run"
        if reason:
            found.append(f"{value!a:.80}: {reason}")
    return found
