"""The questions that the template asks."""

import ast
import json
from pathlib import Path
from typing import Any

import yaml

from .markdown import page as page_of


def page(root: Path) -> str:
    """The page on the questions.

    Args:
        root: The template.
    """
    asked = yaml.safe_load((root / "prompts.yml").read_text(encoding="utf-8"))
    defaults = json.loads((root / "cookiecutter.json").read_text(encoding="utf-8"))
    patterns = _patterns(root / "hooks/pre_gen_project.py")
    reserved = json.loads((root / "hooks/reserved_names.json").read_text(encoding="utf-8"))
    intro = (
        "What the template asks, with any of the tools that [generate a project](../generating.md)."
        " All answers are checked before anything is generated."
    )
    questions = [
        _question(name, prompt, defaults[name], patterns[name]) for name, prompt in asked.items()
    ]
    names = "\n".join(f"- {kind}: {len(known)}" for kind, known in reserved.items())
    return page_of(
        "Questions of the template",
        intro,
        *questions,
        "## Names that are taken",
        "Names that the package may not have, by kind and number. They are listed in "
        "`hooks/reserved_names.json`; a message names the kind, and proposes another name.",
        names,
    )


def _question(name: str, prompt: dict[str, Any], default: str, pattern: str) -> str:
    # Where the default is made from another answer, the text says from which.
    made = [] if "{{" in default else [f"Default: `{default}`"]
    items = [prompt["error_message"].strip(), *made, f"Pattern: `{pattern}`"]
    text = "\n\n".join(f"{line.rstrip('.')}." for line in prompt["text"].splitlines())
    return f"## `{name}`\n\n{text}\n\n" + "\n".join(f"- {item}" for item in items)


def _patterns(hook: Path) -> dict[str, str]:
    """The patterns in a hook, which is Python only when it is rendered, but can be parsed."""
    names: dict[str, Any] = {}
    for statement in ast.parse(hook.read_text(encoding="utf-8")).body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if isinstance(target, ast.Name) and target.id in ("LABEL", "PATTERNS"):
            exec(compile(ast.Module([statement], []), str(hook), "exec"), names)
    return dict(names["PATTERNS"])
