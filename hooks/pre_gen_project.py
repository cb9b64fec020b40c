"""Check the answers, all of them, before a file of the project is written."""

import json
import keyword
import re
import sys

ANSWERS = json.loads({{ cookiecutter | tojson | tojson }})

PROJECT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,59}")
PROJECT_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
PACKAGE_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
LONGEST_NAME = 40
LONGEST_DESCRIPTION = 200
DEPENDENCIES = {
    "airflow", "conf", "docs", "filelock", "kedro", "kedro_datasets", "kedro_mlflow", "matplotlib",
    "mlflow", "narwhals", "numpy", "pandas", "pandera", "pyarrow", "pyspark", "pytest", "rich",
    "s3fs", "skops", "sklearn", "src", "tests",
}  # fmt: skip
WINDOWS_DEVICES = {"aux", "con", "nul", "prn"} | {
    f"{device}{number}" for device in ("com", "lpt") for number in range(10)
}


def problem_of_project_name(name: str) -> str | None:
    if not PROJECT_NAME.fullmatch(name):
        return (
            "must start with a letter or digit and have at most 60 letters, digits, spaces, "
            "hyphens, underscores and dots"
        )
    return None


def problem_of_project_slug(slug: str) -> str | None:
    if not PROJECT_SLUG.fullmatch(slug) or len(slug) > LONGEST_NAME:
        return (
            "must be lower-case letters and digits, in words joined by single hyphens, start with "
            f"a letter and have at most {LONGEST_NAME} characters, for example flight-delays"
        )
    if slug in WINDOWS_DEVICES:
        return "is the name of a device on Windows"
    return None


def problem_of_package_name(name: str) -> str | None:
    if not PACKAGE_NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        return (
            "must be lower-case letters and digits, in words joined by single underscores, start "
            f"with a letter and have at most {LONGEST_NAME} characters, for example flight_delays"
        )
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        return "is a keyword of Python"
    if name in sys.stdlib_module_names:
        return "is the name of a module in Python's standard library"
    if name in DEPENDENCIES:
        return "is the name of a package or directory that the project uses"
    if name in WINDOWS_DEVICES:
        return "is the name of a device on Windows"
    return None


def problem_of_description(text: str) -> str | None:
    if not 1 <= len(text) <= LONGEST_DESCRIPTION or text != text.strip():
        return f"must have 1 to {LONGEST_DESCRIPTION} characters and no space around it"
    if not text.isprintable() or any(ord(character) > 0xFFFF for character in text):
        return "must be one line of letters, digits and punctuation, without emoji"
    return None


def problem_of_owner(address: str) -> str | None:
    if not EMAIL.fullmatch(address) or len(address) > 254:
        return "must be an e-mail address, for example team@example.com"
    return None


def problem_of_example(example: str) -> str | None:
    if example not in ("flights", "none"):
        return "must be flights or none"
    return None


CHECKS = {
    "project_name": problem_of_project_name,
    "project_slug": problem_of_project_slug,
    "package_name": problem_of_package_name,
    "description": problem_of_description,
    "owner": problem_of_owner,
    "example": problem_of_example,
}


def main() -> int:
    problems = [
        f"  {name}: {ANSWERS[name]!r} {problem}"
        for name, check in CHECKS.items()
        if (problem := check(str(ANSWERS[name])))
    ]
    if problems:
        print("The project was not generated:", *problems, sep="\n", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
