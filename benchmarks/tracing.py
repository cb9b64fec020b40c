"""Where the seconds of a Python program go: `traced.py` from the outside."""

import json
import statistics
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from measure import BenchmarkError, Sample, timed

_DRIVER = Path(__file__).with_name("traced.py")
_IMPORT = "import "
_CONTRACTS = ("contracts: ", "import for contracts: ")
_SMALLEST = 0.05


class Trace:
    """A traced program, to be measured several times."""

    def __init__(
        self,
        project: Path,
        package: str,
        command: list[str],
        may_miss: tuple[str, ...] = (),
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Trace `kedro`-like programs of the project's environment.

        Args:
            project: The directory of a project with an environment.
            package: Its package.
            command: The name of a program in the environment, and its arguments.
            may_miss: Modules with functions to time that this program need not import.
            env: Environment variables to set.
        """
        self._project = project
        self._package = package
        self._command = command
        self._env = env or {}
        self._may_miss = set(may_miss)
        self._results: list[dict[str, float]] = []

    def run(self) -> float:
        """Run the program once; the seconds that it took, tracing included."""
        out = self._project.with_name(f"{self._project.name}.trace.json")
        bin_ = self._project / ".venv/bin"
        program, *arguments = self._command
        seconds = timed(
            [bin_ / "python", _DRIVER, out, self._package, bin_ / program, *arguments],
            cwd=self._project,
            **self._env,
        )
        result = json.loads(out.read_text("utf-8"))
        if unknown := set(result["missed"]) - self._may_miss:
            raise BenchmarkError(
                f"'{' '.join(self._command)}' did not import {', '.join(sorted(unknown))}: the "
                "rules in benchmarks/traced.py no longer fit, and their time would count as rest."
            )
        parts: dict[str, float] = dict(result["seconds"])
        parts["Python's start and end"] = seconds - (result["ended"] - result["started"])
        self._results.append(parts)
        return seconds

    def share_of_contracts(self) -> float:
        """The share of a run's seconds that contracts take, with what only they import."""
        return statistics.median(
            sum(part for name, part in parts.items() if name.startswith(_CONTRACTS))
            / sum(parts.values())
            for parts in self._results[1:]
        )

    def breakdowns(self) -> dict[str, dict[str, Sample]]:
        """The parts of a run, and of its imports by package without what each imports in turn."""
        # The first run only warms up, see `alternate`.
        counted = self._results[1:]
        imports = [
            {name: part for name, part in parts.items() if name.startswith(_IMPORT)}
            for parts in counted
        ]
        return {
            "where the seconds of a traced run go": _samples([_merge(each) for each in counted]),
            f"of these, imports of more than {_SMALLEST} s by package": _samples(imports),
        }


def _merge(parts: dict[str, float]) -> dict[str, float]:
    merged: dict[str, float] = defaultdict(float)
    for name, seconds in parts.items():
        merged["imports" if name.startswith(_IMPORT) else name] += seconds
    return merged


def _samples(results: list[dict[str, float]]) -> dict[str, Sample]:
    names = sorted({name for result in results for name in result})
    samples = {name: Sample(tuple(result.get(name, 0.0) for result in results)) for name in names}
    return {name: sample for name, sample in samples.items() if sample.median >= _SMALLEST}
