from pathlib import Path

import pytest

from kedro_golden_path.tracking.provenance import describe_code


def test_an_image_says_from_which_commit_it_was_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.delenv("GIT_COMMIT", raising=False)
    assert describe_code(tmp_path)["git_commit"] == "none"
    monkeypatch.setenv("GIT_COMMIT", "27ed70c2")
    code = describe_code(tmp_path)
    assert (code["git_commit"], code["git_dirty"]) == ("27ed70c2", "unknown")
