"""`make example` and `make clean`, which work where somebody may have tried something."""

import runpy
from pathlib import Path

import pytest

from support import ROOT

EXAMPLE = runpy.run_path(str(ROOT / "scripts/example.py"))


def test_the_example_is_made_again_and_removed_unless_it_was_changed(tmp_path: Path) -> None:
    build = tmp_path / "build"
    EXAMPLE["generate"](build)
    project = build / "flight-delays"
    mine, readme = project / "src/flight_delays/mine.py", project / "README.md"
    # What a run leaves behind is nobody's work.
    (project / "mlflow.db").touch()
    (project / "data/04_feature").mkdir(exist_ok=True)
    (project / "data/04_feature/x.parquet").touch()
    EXAMPLE["generate"](build)
    generated = readme.read_text()
    readme.write_text("mine")
    for command in ("generate", "clean"):
        with pytest.raises(SystemExit, match=r"in no repository:\n  README\.md\nMove"):
            EXAMPLE[command](build)
    assert readme.read_text() == "mine"
    readme.write_text(generated)
    mine.write_text("mine")
    EXAMPLE["generate"](build)
    with pytest.raises(SystemExit, match=r"src/flight_delays/mine\.py"):
        EXAMPLE["clean"](build)
    assert mine.read_text() == "mine"
    mine.unlink()
    EXAMPLE["clean"](build)
    assert not build.exists()
