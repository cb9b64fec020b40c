"""The reference says what the code says."""

import subprocess
import sys
from pathlib import Path

from support import ROOT, clean_environment

REFERENCE = ROOT / "docs/reference"


def test_the_reference_is_up_to_date(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "reference", tmp_path],
        env=clean_environment() | {"PYTHONPATH": str(ROOT / "scripts")},
        check=True,
    )
    for page in tmp_path.iterdir():
        committed = (REFERENCE / page.name).read_text(encoding="utf-8")
        assert committed == page.read_text(encoding="utf-8"), "to write it again: make reference"
    assert {path.name for path in REFERENCE.iterdir()} == {path.name for path in tmp_path.iterdir()}
