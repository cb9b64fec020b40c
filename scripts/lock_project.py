"""Renew the locks that are shipped with the template, and the names that they reserve.

The locks do not depend on the answers, so one generated project stands for all.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from cookiecutter.main import cookiecutter
from reserved_names import renew

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"


def main() -> None:
    """Generate a project, renew its locks and take them back into the template."""
    with tempfile.TemporaryDirectory() as directory:
        project = Path(cookiecutter(str(ROOT), no_input=True, output_dir=directory))
        subprocess.run(["make", "lock"], cwd=project, check=True)
        for lock in project.glob("requirements*.lock"):
            shutil.copyfile(lock, TEMPLATE / lock.name)
        subprocess.run(["make", "install"], cwd=project, check=True)
        renew(project)


if __name__ == "__main__":
    main()
