from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kedro_golden_path.cli import runs as module


@pytest.mark.parametrize(
    ("arguments", "answer", "deleted"),
    [
        ([], "n", False),
        ([], "y", True),
        (["--yes"], "", True),
        # Nobody answers.
        ([], "", False),
    ],
)
def test_it_names_the_runs_and_asks_before_it_deletes(
    rides: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    answer: str,
    deleted: bool,
) -> None:
    data = tmp_path / "data"
    kept, odd = data / ".runs/2020-a/x", data / ".runs/..odd/x"
    for file in (kept, odd):
        file.parent.mkdir(parents=True)
        file.touch()
    (tmp_path / "conf/base").mkdir(parents=True)
    (tmp_path / "conf/local").mkdir()
    monkeypatch.setattr(module, "tracks", lambda: False)
    metadata: Any = SimpleNamespace(project_path=tmp_path, package_name="rides")
    result: Result = CliRunner().invoke(
        module.runs, ["clean", "--days", "0", *arguments], obj=metadata, input=answer
    )
    assert result.exit_code == (0 if deleted else 1), result.output
    assert ("2020-a" in result.output, "Removed" in result.output) == (True, deleted)
    assert (kept.exists(), odd.exists()) == (not deleted, True)
