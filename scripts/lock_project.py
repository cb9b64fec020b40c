"""Renew the locks that are shipped with the template, and the names that they reserve.

The locks do not depend on the answers, so one generated project stands for all.
"""

import re
import subprocess
import tempfile
from pathlib import Path

from cookiecutter.main import cookiecutter

from reserved_names import renew

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
# Generation adds the hash of the wheel that it builds.
_PLUGIN = re.compile(r"^(kedro-golden-path==\S+)(?: \\\n    --hash=\S+)+", re.MULTILINE)


def main() -> None:
    """Generate a project, renew its locks and take them back into the template."""
    with tempfile.TemporaryDirectory() as directory:
        project = Path(cookiecutter(str(ROOT), no_input=True, output_dir=directory))
        subprocess.run(["make", "lock"], cwd=project, check=True)
        for lock in project.glob("requirements*.lock"):
            text = lock.read_text(encoding="utf-8")
            (TEMPLATE / lock.name).write_text(_PLUGIN.sub(r"\1", text), encoding="utf-8")
        subprocess.run(["make", "install"], cwd=project, check=True)
        renew(project)


if __name__ == "__main__":
    main()
