"""A template with releases to come, and a project that was made from it."""

from pathlib import Path

import pytest

from support.teams import NOW, Team, Template, make_project, make_template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template as it is now, as a release, and one more that changes things of all kinds."""
    return make_template(tmp_path_factory.mktemp("template") / "kedro-golden-path")


@pytest.fixture
def team(template: Template, tmp_path: Path) -> Team:
    """A project made from the template as it is now."""
    return make_project(template, tmp_path / "repository", template.commit_of(NOW))
