"""Renew the locks that are shipped with the template, from a project generated with them.

The locks do not depend on the answers, so one generated project stands for all.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from cookiecutter.main import cookiecutter

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"


def main() -> None:
    """Generate a project, renew its locks and take them back into the template."""
    with tempfile.TemporaryDirectory() as directory:
        project = Path(cookiecutter(str(ROOT), no_input=True, output_dir=directory))
        subprocess.run(["make", "lock"], cwd=project, check=True)
        for lock in project.glob("requirements*.lock"):
            shutil.copyfile(lock, TEMPLATE / lock.name)


if __name__ == "__main__":
    main()
