"""`python -m {{ cookiecutter.package_name }}` does what `kedro run` does."""

from kedro.framework.cli.utils import find_run_command
from kedro.framework.project import configure_project

if __name__ == "__main__":
    configure_project("{{ cookiecutter.package_name }}")
    find_run_command("{{ cookiecutter.package_name }}")()
