"""Answers: hostile ones are refused, and leave nothing behind; others arrive as they were given."""

import json
import re
import string
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from cookiecutter.exceptions import FailedHookException, OutputDirExistsException
from cookiecutter.main import cookiecutter
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jinja2 import Template

from support import (
    COOKIECUTTER,
    ROOT,
    TEMPLATE,
    Generate,
    environment_with_pythons,
    find_python,
    load_hook,
    render_hook,
)

REFUSED: dict[str, list[object]] = {
    "project_name": [
        *("", "A", " Flights", "Flights ", "-rf", "--help", "_flights", "A" * 61, "A" * 100_000),
        *("Flights\n", "Flights\nowner = 1", "Flights\r", "Flights\t2", "Flights\0"),
        *('a"b', "a'b", "a`b", "$(id) b", "a; b", "a | b", "a & b", "a > b", "a = b", "a % b"),
        *("a: b", "a # b", "[a] b", "{a} b", "*a b", "../a", "a/b", "a\\b", "Flights 2.0"),
        *(
            "Fl\u0456ghts",
            "\uff26lights",
            "Vols d'\u00e9t\u00e9",
            "Flights \u2708",
            "Flights \U0001f6eb",
        ),
        *("\u202estighlF", "Fli\u200bghts", "Flights\u00a0Delays", "\u0416\u0416", None, True, {}),
    ],
    "package_name": [
        *("", "Flights", "1flights", "flight-delays", "flights.delays", "flight delays", "f" * 41),
        *("__init__", "_flights", "flights_", "flight__delays", "flights\n", "flights\0"),
        *(
            "os; import sys",
            "a/b",
            "../a",
            "a'b",
            "fl\u0456ghts",
            "\uff46lights",
            "vols_d\u00e9t\u00e9",
        ),
        *("class", "import", "match", "type", "json", "email", "imp", "distutils", "telnetlib"),
        *("pandas", "yaml", "sklearn", "dateutil", "google", "attr", "pyspark", "colorama"),
        *("tests", "src", "conf", "contracts", "pipelines", "wheels", "kedro_golden_path"),
        *("on", "no", "true", "null", "nul", "con", "com1", "lpt9", None, True, []),
    ],
    "description": [
        *("", " ", "\n", " late", "late ", "x" * 201, "x" * 100_000, "\u00a0late"),
        *("one\ntwo", "one\r\ntwo", "one\ttwo", "one\u2028two", "one\x85two", "one\0two"),
        *("\x1b[31mred", "\u202eetal", "la\u200bte", "la\u200dte", "\ufefflate", "la\u00adte"),
        *("late \U0001f6eb", "\U0001d4d5lights", "\ud800", "\ue000", "la\x7fte"),
        *(
            "{{ cookiecutter }}",
            "{% raw %}",
            "{# note #}",
            "a {{",
            "{{{",
            None,
            True,
            1.5,
            {"a": "b"},
        ),
    ],
    "owner": [
        *("", "me", "me@", "@example.com", "me@example", "me@@example.com", "me@example..com"),
        *("me@example.com.", "me@.example.com", "me@-x.com", "me@x-.com", "me@[127.0.0.1]"),
        *("a@example.com,b@example.com", "a@example.com b@example.com", "A <a@example.com>"),
        *("me@example.com\n", "me@example.com\nx: 1", " me@example.com", "-me@example.com"),
        *('"a b"@example.com', "a'b@example.com", "me@exam ple.com", "me@example.com # x"),
        *(
            "a: b@example.com",
            "{a}@example.com",
            "$(id)@example.com",
            "a`b@example.com",
            "a|b@x.com",
        ),
        *(
            "m\u00e9@example.com",
            "me@ex\u00e4mple.com",
            "me@ex\u0430mple.com",
            "\u202eme@example.com",
        ),
        *(
            "a" * 65 + "@example.com",
            "a@" + "b." * 130 + "com",
            "a@" + "b" * 64 + ".com",
            None,
            False,
        ),
    ],
    "example": ["", "trains", "Flights", "flights ", "none\n", "flights,none", "1", None, True, []],
}
# A directory of this name is made before any hook can look, and removed. What stays of some:
LEFT = {
    "../flights/x": ["deep/flights"],
    "a/b": ["deep/out/a"],
    "a/b/c": ["deep/out/a", "deep/out/a/b"],
    "a/../../b": ["deep/out/a"],
}
DIRECTORIES = [
    *LEFT,
    *("", ".", "..", "../..", "../flights", "../../flights", "./flights", "flights/"),
    *("a\\b", "C:\\flights", "~", "-rf", "--help", ".git", ".venv", "flights.git"),
    *("a--b", "a-", "a b", "a_b", "Flights", "1flights", "f" * 41, "f" * 300),
    *("flights\n", "flights\0", "flights\u202etxt", "\ud800", "\U0001f6eb"),
    *("fl\u0456ghts", "\ufb02ights", "caf\u00e9", "\u7533\u3057\u8fbc\u307f"),
    *("nul", "com1", "pandas", "kedro-mlflow"),
    *("$(id)", "`id`", "a;b", "a|b", "a'b", 'a"b', "{a}", "%TEMP%", "a:b", "a*", "a?", "<a>"),
]
REFUSED["project_slug"] = [*DIRECTORIES, None, True, ["flights"]]

ACCEPTED = {
    "project_name": ["Flights", "R2", "Late Trains_2 - North", "A" * 60],
    "project_slug": ["f", "flights", "late-trains-2", "f" * 40],
    "package_name": ["f", "flights", "late_trains_2", "none", "f" * 40],
    "owner": ["me@example.com", "A.b+c_d-e@mail.example-1.co.uk", "1@2.3"],
    "example": ["flights", "none"],
}
# Some answers are refused by cookiecutter or by the file system, before a hook can look.
REFUSALS = (FailedHookException, OutputDirExistsException, OSError, ValueError)
DESCRIPTIONS = [
    'Says "late" or not: tr\u00e8s #1 \\ 100 %',
    "It's `id` $(id) ${HOME} %PATH% && rm -rf / | tee; true > x < y * ? ~ !",
    "- a: [b, c], {d: e} # *f &g !h |i >j @k ? 'l' \"m\"",
    "''' \"\"\" \\n \\u0041 \\",
    "<script>alert(1)</script> [a](b) **c** | d | }} %} #} { { {x}",
    "\u65e5\u672c\u8a9e, \u0639\u0631\u0628\u064a, \u05e2\u05d1\u05e8\u05d9\u05ea",
    "\u0416, e\u0301, \u2603\ufe0f",
    "\u00fc" * 200,
    "1",
    "null",
]


@cache
def hook() -> dict[str, Any]:
    return load_hook("pre_gen_project")


def literally(answer: str) -> str:
    """Write an answer so that cookiecutter, which renders it, comes to what is meant."""
    return f"{{% raw %}}{answer}{{% endraw %}}"


def cases(answers: Mapping[str, Sequence[object]]) -> pytest.MarkDecorator:
    pairs = [(name, answer) for name, values in answers.items() for answer in values]
    ids = [f"{name}: {ascii(answer)[:40]}" for name, answer in pairs]
    return pytest.mark.parametrize(("name", "answer"), pairs, ids=ids)


@cases(REFUSED)
def test_a_hostile_answer_is_refused(name: str, answer: object) -> None:
    assert hook()["problem_of"](name, answer)


@cases(ACCEPTED | {"description": DESCRIPTIONS})
def test_an_honest_answer_is_accepted(name: str, answer: str) -> None:
    assert hook()["problem_of"](name, answer) is None


@pytest.mark.parametrize("slug", DIRECTORIES, ids=lambda slug: ascii(slug)[:40])
def test_nothing_stays_of_a_hostile_directory(slug: str, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out"
    target.mkdir(parents=True)
    with pytest.raises(REFUSALS):
        cookiecutter(
            str(ROOT), no_input=True, output_dir=str(target), extra_context={"project_slug": slug}
        )
    left = [path for path in sorted(tmp_path.rglob("*")) if path not in (target, target.parent)]
    assert [path.relative_to(tmp_path).as_posix() for path in left] == LEFT.get(slug, [])


def test_nothing_stays_of_an_absolute_directory(generate: Generate, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(FailedHookException):
        generate(tmp_path / "out", project_slug=str(tmp_path / "elsewhere/flights"))
    assert sorted(tmp_path.rglob("*")) == [tmp_path / "elsewhere", tmp_path / "out"]


@pytest.mark.parametrize("slug", ["..", "../out", "."])
def test_what_was_there_stays(slug: str, tmp_path: Path) -> None:
    mine = tmp_path / "out/notes.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(FailedHookException):
        cookiecutter(
            str(ROOT),
            no_input=True,
            overwrite_if_exists=True,
            output_dir=str(mine.parent),
            extra_context={"project_slug": slug},
        )
    assert list(tmp_path.rglob("*")) == [mine.parent, mine]


def test_what_is_in_the_directory_stays(tmp_path: Path) -> None:
    """A hook removes what belongs to the other example, whoever made it."""
    mine = tmp_path / "flight-delays/data/01_raw/mine.csv"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    arguments = ["--no-input", "--overwrite-if-exists", "example=none"]
    done = subprocess.run(
        [COOKIECUTTER, str(ROOT), *arguments], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "has files that would be overwritten or removed: 'data'. Name another" in done.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    answers = {
        "project_name": "Fl\u0456ghts",
        "project_slug": "flights",
        "package_name": "class",
        "description": "",
        "owner": "x" * 1000,
        "example": "trains",
        "_template_version": "9",
        "_copy_without_render": "*.lock",
    }
    given = [f"{name}={answer}" for name, answer in answers.items()]
    lines = refusal([*given, "--no-input", "--checkout", "v1"], tmp_path)
    for expected in (
        "  project_name: 'Fl\\u0456ghts' must be 2 to 60 letters from A to Z, digits, spaces, ",
        "  package_name: 'class' is a keyword of Python: add a word, for example class_project",
        "  description: '' must be one line of 1 to 200 letters, digits and punctuation, ",
        f"  owner: '{'x' * 59}... must be an e-mail address, for example team@example.com",
        "  example: 'trains' must be flights or none",
        "  _template_version: '9' is no answer but a setting of the template: leave it out",
        "  _copy_without_render: ['*.lock', 'data/01_raw/*'] is no answer but a setting of ",
        "  _checkout: 'v1' has no effect on a directory or an archive: ",
    ):
        assert next(lines).startswith(expected)


def test_an_old_python_is_one_message(tmp_path: Path) -> None:
    old = find_python("<3.11")
    if old is None:
        pytest.skip("what an older Python than 3.11 says: there is none on this machine")
    (tmp_path / "hook.py").write_text(render_hook("pre_gen_project"), encoding="utf-8")
    done = subprocess.run([old, tmp_path / "hook.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("The project was not generated: it needs Python 3.11 or newer, ")
    assert done.stderr.count("\n") == 1


def test_a_template_tag_that_is_typed_is_refused(tmp_path: Path) -> None:
    """What is typed is not rendered at once, but would be by an update."""
    lines = refusal([], tmp_path, typed="\n\n\n{{ cookiecutter.owner }}\n\n\n")
    assert next(lines).startswith("  description: '{{ cookiecutter.owner }}' must be one line")


def refusal(arguments: list[str], cwd: Path, typed: str = "") -> Iterator[str]:
    """Generate with answers that are refused, and check that nothing stays; the problems."""
    result = subprocess.run(
        [COOKIECUTTER, str(ROOT), *arguments],
        cwd=cwd,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert list(cwd.iterdir()) == []
    lines = iter(result.stderr.splitlines())
    assert "The project was not generated:" in lines
    return lines


@pytest.mark.parametrize("description", DESCRIPTIONS, ids=ascii)
def test_free_text_arrives_as_it_was_given(description: str, generate: Generate) -> None:
    answers = {"description": literally(description), "owner": "a.b+c@example.com"}
    # Text of the answers is in more files of the example; once is enough.
    example = "flights" if description == DESCRIPTIONS[0] else "none"
    project = generate(**answers, example=example)
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["description"] == description
    assert settings["project"]["maintainers"] == [{"email": "a.b+c@example.com"}]
    assert description in (project / "README.md").read_text(encoding="utf-8").splitlines()
    origin = json.loads((project / ".cruft.json").read_text(encoding="utf-8"))
    assert origin["context"]["cookiecutter"]["description"] == description
    for path in project.rglob("*.yml"):
        yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in project.rglob("*.py"):
        compile(path.read_text(encoding="utf-8"), path.name, "exec")


TEXT = (
    st.text() | st.text(string.printable) | st.text("ab-_.:/\\\"'#{}%$<>&|\n \u00e9", max_size=12)
)
NAMES = TEXT | st.text(string.ascii_lowercase + string.digits + "-_", max_size=42)
fuzzed = settings(derandomize=True, database=None, deadline=None, max_examples=400)


@fuzzed
@given(NAMES)
def test_any_accepted_slug_is_a_plain_directory(slug: str) -> None:
    if hook()["problem_of"]("project_slug", slug) is None:
        assert re.fullmatch("[a-z0-9-]{1,40}", slug) and slug[0].isalpha()
        assert Path("/target", slug).resolve().parent == Path("/target")


@fuzzed
@given(NAMES | st.sampled_from(sorted(sys.stdlib_module_names)))
def test_any_accepted_package_can_be_imported(package: str) -> None:
    if hook()["problem_of"]("package_name", package) is None:
        assert package.isascii() and package.isidentifier() and len(package) <= 40
        assert package not in sys.stdlib_module_names
        compile(f"import {package}.cli", "package", "exec")
        assert yaml.safe_load(f"package: {package}") == {"package": package}


@fuzzed
@given(NAMES)
def test_any_accepted_name_is_plain(name: str) -> None:
    if hook()["problem_of"]("project_name", name) is None:
        assert re.fullmatch("[A-Za-z0-9 _-]{2,60}", name) and name == name.strip()


@fuzzed
@given(TEXT | st.emails())
def test_any_accepted_address_is_plain(owner: str) -> None:
    if hook()["problem_of"]("owner", owner) is None:
        assert re.fullmatch(r"[A-Za-z0-9@._+-]{5,254}", owner) and owner.count("@") == 1
        assert yaml.safe_load(f"owner: {owner}") == {"owner": owner}


@fuzzed
@given(TEXT)
def test_any_accepted_description_can_be_written(description: str) -> None:
    if hook()["problem_of"]("description", description) is None:
        written = Template("description = {{ text | tojson }}").render(text=description)
        assert tomllib.loads(written) == {"description": description}
        assert yaml.safe_load(written.replace(" =", ":")) == {"description": description}
        assert Template(description).render() == description


HONEST: dict[str, st.SearchStrategy[str]] = {
    name: st.sampled_from(answers)
    for name, answers in (ACCEPTED | {"description": DESCRIPTIONS}).items()
}


def within_reach(slug: str) -> bool:
    """Tell whether the directory is in that of the test; others have tests of their own."""
    return not slug.startswith("/") and slug.count("..") < 6


@st.composite
def sets_of_answers(draw: st.DrawFn) -> dict[str, str]:
    """Honest answers to all questions, or to all but one, which may be anything."""
    answers = {name: draw(honest) for name, honest in HONEST.items()}
    name = draw(st.sampled_from([None, *HONEST]))
    if name is not None:
        likely = st.from_regex(hook()["PATTERNS"][name], fullmatch=True)
        answers[name] = draw(likely | NAMES)
    return answers


@settings(fuzzed, max_examples=40)
@given(sets_of_answers())
def test_cookiecutter_follows_the_verdict(answers: dict[str, str]) -> None:
    assume(within_reach(answers["project_slug"]))
    refused = any(hook()["problem_of"](name, answer) for name, answer in answers.items())
    with tempfile.TemporaryDirectory() as directory:
        target = Path(directory, *"abcdefg")
        target.mkdir(parents=True)
        there = set(Path(directory).rglob("*"))
        given = {name: literally(answer) for name, answer in answers.items()}
        try:
            cookiecutter(str(ROOT), no_input=True, output_dir=str(target), extra_context=given)
            generated = True
        except REFUSALS:
            generated = False
        assert generated is not refused
        new = set(Path(directory).rglob("*")) - there
        if generated:
            project = target / answers["project_slug"]
            assert [path for path in new if not path.is_relative_to(project)] == []
            origin = json.loads((project / ".cruft.json").read_text(encoding="utf-8"))
            assert answers.items() <= origin["context"]["cookiecutter"].items()
        else:
            # A path of several directories leaves the ones above, and nothing in them.
            assert not new or "/" in answers["project_slug"]
            assert [path for path in new if not path.is_dir()] == []


def test_kedro_new_asks_the_same_questions() -> None:
    questions = json.loads((ROOT / "cookiecutter.json").read_text())
    names = [name for name in questions if not name.startswith("_")]
    # Kedro reads the file in whatever encoding the machine has.
    prompts = yaml.safe_load((ROOT / "prompts.yml").read_text(encoding="ascii"))
    assert list(prompts) == list(questions["__prompts__"]) == list(hook()["PATTERNS"]) == names
    for name, prompt in prompts.items():
        formula = r"|\{\{.*\}\}" if "{{" in questions[name] else ""
        assert prompt["title"] == name.replace("_", " ").capitalize()
        assert prompt["text"].splitlines()[0] == questions["__prompts__"][name]
        assert prompt["regex_validator"] == f"^({hook()['PATTERNS'][name]}{formula})$"
        assert prompt["error_message"] == f"It {hook()['ACCEPTED'][name]}."
        assert re.match(prompt["regex_validator"], questions[name])


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_names_of_every_python_are_reserved(version: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    program = "import keyword as k, sys; print(*k.kwlist, *k.softkwlist, *sys.stdlib_module_names)"
    names = subprocess.check_output(
        [uv, "run", "--quiet", "--no-project", "--python", version, "python", "-c", program],
        env=environment_with_pythons(),
        text=True,
    ).split()
    assert len(names) > 200
    assert possible(names) <= reserved(
        "a keyword of Python", "a module of Python's standard library"
    )


@pytest.mark.parametrize("lock", ["requirements-dev.lock", "requirements-spark.lock"])
def test_names_of_locked_packages_are_reserved(lock: str) -> None:
    names = re.findall(r"^([\w.-]+)==", (TEMPLATE / lock).read_text(), re.MULTILINE)
    assert len(names) > 150
    normal = [re.sub("[-.]", "_", name) for name in names]
    assert possible(normal) <= reserved("a package that the project uses")


def test_names_of_installed_modules_are_reserved(installed: Path) -> None:
    program = "import importlib.metadata as m; print(*m.packages_distributions())"
    python = str(installed / ".venv/bin/python")
    names = subprocess.check_output([python, "-c", program], text=True).split()
    assert len(names) > 150
    assert possible(names) <= reserved("a package that the project uses")


def test_names_of_directories_are_reserved(generate: Generate) -> None:
    project = generate()
    inside = [*project.iterdir(), *(project / "tests").iterdir()]
    names = [path.name for path in inside if path.is_dir()]
    assert possible(names) == reserved("a directory of the project")


def reserved(*kinds: str) -> set[str]:
    return {name for kind in kinds for name in hook()["RESERVED"][kind]}


def possible(names: list[str]) -> set[str]:
    """Names that would do for a package, were they not taken."""
    return {name for name in names if re.fullmatch(hook()["PATTERNS"]["package_name"], name)}
