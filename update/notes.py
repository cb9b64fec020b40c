"""What a person has to look at after an update."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Note:
    """A line of a file of the team, and what to do there.

    What is `broken` does not work before somebody has done it. Without a line, it is 0.
    """

    path: str
    line: int
    text: str
    broken: bool = False

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.text}"
