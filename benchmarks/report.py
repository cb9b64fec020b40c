"""What a benchmark hands back, as a table and as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from measure import Sample


@dataclass(frozen=True)
class Goal:
    """A figure that is derived from medians, and how high it may be at most."""

    name: str
    value: float
    unit: str
    at_most: float | None = None

    @property
    def verdict(self) -> str:
        if self.at_most is None:
            return ""
        met = "met" if self.value <= self.at_most else "MISSED"
        return f"goal <= {self.at_most:g} {self.unit}".rstrip() + f": {met}"


@dataclass(frozen=True)
class Report:
    """The samples of one benchmark, what follows from them, and where the seconds of a run go."""

    title: str
    samples: Mapping[str, Sample]
    goals: list[Goal]
    breakdowns: Mapping[str, Mapping[str, Sample]] = field(default_factory=dict)

    def as_text(self) -> str:
        """One table: samples, derived figures, and the parts of a run with the largest first."""
        lines = [f"\n{self.title:<60}{'n':>4}{'median':>10}{'min':>9}{'max':>9}"]
        lines += [_row(name, sample) for name, sample in self.samples.items()]
        for goal in self.goals:
            figure = f"{goal.value:.2f} {goal.unit}".rstrip()
            lines.append(f"  = {goal.name:<56}{figure:>14}   {goal.verdict}".rstrip())
        for title, parts in self.breakdowns.items():
            lines.append(f"  {title}")
            largest = sorted(parts.items(), key=lambda part: -part[1].median)
            lines += [_row(f"  {name}", sample) for name, sample in largest]
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        return {
            "samples": {name: sample.as_json() for name, sample in self.samples.items()},
            "goals": {
                goal.name: {
                    "value": round(goal.value, 3),
                    "unit": goal.unit,
                    "at_most": goal.at_most,
                    "met": None if goal.at_most is None else goal.value <= goal.at_most,
                }
                for goal in self.goals
            },
            "breakdowns": {
                title: {name: sample.as_json() for name, sample in parts.items()}
                for title, parts in self.breakdowns.items()
            },
        }


def _row(name: str, sample: Sample) -> str:
    low, high = min(sample.seconds), max(sample.seconds)
    return f"  {name:<58}{len(sample.seconds):>4}{sample.median:>8.2f} s{low:>9.2f}{high:>9.2f}"
