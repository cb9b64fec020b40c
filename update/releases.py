"""The template: its releases, and the project as each of them renders it."""

import json
import logging
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cookiecutter.exceptions import CookiecutterException
from cookiecutter.main import cookiecutter
from cookiecutter.prompt import prompt_for_config, read_user_choice, read_user_variable

from .errors import UpdateError
from .git import attempt, git
from .origin import Origin

# It logs the traceback of a hook that refuses; what the hook says is enough.
logging.getLogger("cookiecutter").setLevel(logging.CRITICAL)

_HEADING = re.compile(r"^## \[(?P<version>[^]]+)\]", re.MULTILINE)
_NOTES = re.compile(r"^### Upgrade notes\n(?P<text>.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class State:
    """A commit of the template, and the version that it has or is on the way from."""

    commit: str
    version: str

    def __str__(self) -> str:
        return f"{self.version} ({self.commit[:8]})"


@dataclass(frozen=True)
class Template:
    """A clone of the template. A commit that changes the file VERSION is a release."""

    clone: Path

    @cached_property
    def releases(self) -> dict[str, State]:
        """The releases by version, the oldest first."""
        log = git(self.clone, "log", "--first-parent", "--reverse", "--format=%H", "--", "VERSION")
        found: dict[str, State] = {}
        for commit in log.split():
            version = self.version_at(commit)
            # One that was set again counts from then on.
            found.pop(version, None)
            found[version] = State(commit, version)
        return found

    def version_at(self, commit: str) -> str:
        """What VERSION says at a commit; before there was that file, cookiecutter.json."""
        done = attempt(self.clone, "show", f"{commit}:VERSION")
        if done.returncode == 0:
            return done.stdout.strip()
        return str(self.questions(commit).get("_template_version", "unknown"))

    def questions(self, commit: str) -> dict[str, Any]:
        """What cookiecutter.json has at a commit."""
        questions: dict[str, Any] = json.loads(
            git(self.clone, "show", f"{commit}:cookiecutter.json")
        )
        return questions

    def state_of(self, origin: Origin) -> State:
        """What a project was made from.

        Raises:
            UpdateError: The template has no such commit, and no such release.
        """
        if origin.commit:
            done = attempt(self.clone, "rev-parse", "--verify", f"{origin.commit}^{{commit}}")
            if done.returncode == 0:
                commit = done.stdout.strip()
                return State(commit, self.version_at(commit))
        elif origin.version in self.releases:
            return self.releases[str(origin.version)]
        if git(self.clone, "rev-parse", "--is-shallow-repository").strip() == "true":
            raise UpdateError(
                f"The clone of the template at {origin.template} has only its latest commits, and "
                f"not {origin.commit or 'all releases'}. In it, 'git fetch --unshallow' gets the "
                "others."
            )
        raise UpdateError(
            f"The project was made from {origin.commit or 'version ' + str(origin.version)}, which "
            f"the template at {origin.template} does not have. Is it the right template? "
            "--template names another place."
        )

    def wanted(self, version: str | None, now: State, template: str) -> State:
        """The release to go to: the newest, unless a version is named.

        Raises:
            UpdateError: There is no such release, or the project is past it.
        """
        known = ", ".join(self.releases) or "none"
        if version is None:
            if not self.releases:
                raise UpdateError(f"The template at {template} has no release.")
            target = list(self.releases.values())[-1]
        elif version.removeprefix("v") in self.releases:
            target = self.releases[version.removeprefix("v")]
        else:
            raise UpdateError(
                f"The template at {template} has no release {version}. Its releases: {known}."
            )
        if not self._contains(now.commit, target.commit):
            return target
        if version and now.commit != target.commit:
            raise UpdateError(
                f"The project is at {now}, and {target} is older. To go back, undo the update in "
                "git."
            )
        return now

    def _contains(self, later: str, earlier: str) -> bool:
        return attempt(self.clone, "merge-base", "--is-ancestor", earlier, later).returncode == 0

    def render(self, commit: str, answers: dict[str, Any], directory: Path) -> Path:
        """The project as a commit of the template renders it.

        Args:
            commit: The commit.
            answers: The answers.
            directory: Where to; it must not exist.

        Raises:
            UpdateError: The template does not accept the answers.
        """
        source = directory / "template"
        git(self.clone, "worktree", "add", "--quiet", "--detach", str(source), commit)
        known = {name: answers[name] for name in self.questions(commit) if name in answers}
        try:
            rendered = cookiecutter(
                str(source),
                no_input=True,
                extra_context=_as_data(known),
                output_dir=str(directory / "rendered"),
                default_config=True,
            )
        except CookiecutterException as error:
            raise UpdateError(
                f"The template at {commit[:8]} does not accept the project's answers; its message "
                f"is above. The answers are in .cruft.json. ({type(error).__name__})"
            ) from error
        finally:
            # Otherwise, the clone would remember it for good.
            git(self.clone, "worktree", "remove", "--force", str(source))
        return Path(rendered)

    def complete(self, answers: dict[str, Any], commit: str, ask: bool) -> dict[str, Any]:
        """The answers to all questions at a commit: those of the project, and defaults.

        Args:
            answers: The answers of the project.
            commit: The commit.
            ask: Whether to ask for those that the project has not.
        """
        questions = self.questions(commit)
        prompts = questions.pop("__prompts__", {})
        known = {name: value for name, value in answers.items() if name in questions}
        context = {"cookiecutter": questions | _as_data(known)}
        defaults = prompt_for_config(context, no_input=True)
        for name in questions:
            if name.startswith("_") or name in known or not ask:
                continue
            if isinstance(questions[name], list):
                defaults[name] = read_user_choice(name, questions[name], prompts)
            else:
                defaults[name] = read_user_variable(name, defaults[name], prompts)
        return {name: value for name, value in defaults.items() if not name.startswith("_")}

    def notes(self, now: State, target: State) -> str:
        """What the changelog tells those who update, from version to version."""
        changelog = git(self.clone, "show", f"{target.commit}:CHANGELOG.md")
        starts = list(_HEADING.finditer(changelog))
        ends = [each.start() for each in starts[1:]] + [len(changelog)]
        passed = []
        for heading, end in zip(starts, ends, strict=True):
            if heading["version"] == now.version:
                break
            notes = _NOTES.search(changelog[heading.start() : end])
            if notes and heading["version"] != "Unreleased":
                passed.append(f"{heading['version']}:\n{notes['text'].strip()}")
        return "\n\n".join(passed)


def _as_data(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers as cookiecutter has to be given them: it takes what it is given for templates."""
    return {
        name: answer.replace("{", "{{ '{' }}") if isinstance(answer, str) else answer
        for name, answer in answers.items()
    }
