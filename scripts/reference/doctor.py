"""The rules of the doctor."""

import importlib

from .markdown import page as page_of


def page(package: str) -> str:
    """The page on the rules.

    Args:
        package: The package of the project.
    """
    rules = importlib.import_module(f"{package}.golden_path.doctor.rules").RULES
    return page_of(
        "Rules of the doctor",
        "What `kedro doctor` looks for. How it is used is in [Doctor](../doctor.md).",
        *(
            f"## `{rule.id}`\n\n**{rule.title}.** {rule.why}\n\nWhat to do: {rule.remedy}"
            for rule in rules
        ),
    )
