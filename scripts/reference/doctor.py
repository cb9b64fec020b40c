"""The rules of the doctor."""

from kedro_golden_path.doctor.rules import RULES

from .markdown import page as page_of


def page() -> str:
    """The page on the rules."""
    return page_of(
        "Rules of the doctor",
        "What `kedro doctor` looks for. How it is used is in [Doctor](../doctor.md).",
        *(
            f"## `{rule.id}`\n\n**{rule.title}.** {rule.why}\n\nWhat to do: {rule.remedy}"
            for rule in RULES
        ),
    )
