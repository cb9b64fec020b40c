"""A page of the documentation, followed to the letter by somebody who has nothing else.

In a page that is followed:
    ```bash     is run; ```bash title="fails" is run and must fail, which the site says as well.
    ```text     must have been printed by the block before it, line by line in this order, spaces
                aside; `…` stands for anything, and figures with four decimals need only be close.
    ```python   is run. When the line before is a path in backquotes and a colon, this (or any other
                language) is a file to write.
    ```console  is for people: servers, and machines that a test does not have.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from support import COOKIECUTTER, CRUFT, KEDRO, ROOT, clean_environment

BLOCK = re.compile(r"(?:^`([^`\n]+)`:\n\n)?^```(.*)\n((?:.*\n)*?)^```$", re.MULTILINE)
FIGURE = re.compile(r"\d+\.\d{4}\b")
# What is here already instead of what a reader installs or has elsewhere.
HERE = {
    "path/to/kedro-golden-path": f"'{ROOT}'",
    "uvx cookiecutter": COOKIECUTTER,
    "uvx cruft": CRUFT,
    "uvx kedro": KEDRO,
    "uv run --with cookiecutter python": sys.executable,
}


@dataclass
class Block:
    """One fenced block of a page."""

    file: str
    kind: str
    body: str


def blocks_of(page: Path) -> list[Block]:
    return [Block(*groups) for groups in BLOCK.findall(page.read_text(encoding="utf-8"))]


class Reader:
    """A person at a shell, which stays open over a whole page."""

    def __init__(self, directory: Path, instead: dict[str, str]) -> None:
        self._script = directory / "block.sh"
        self._instead = HERE | instead
        self._shell = subprocess.Popen(
            ["bash"],
            cwd=directory,
            env=clean_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def follow(self, page: Path) -> None:
        output = ""
        for block in blocks_of(page):
            if block.file:
                folder = Path(block.file).parent
                self.run(f"mkdir -p '{folder}'; cat > '{block.file}' <<'END'\n{block.body}END\n")
            elif block.kind == "python":
                output = self.run(f"python - <<'END'\n{block.body}END\n")
            elif block.kind.startswith("bash"):
                output = self.run(block.body, fails=block.kind == 'bash title="fails"')
            elif block.kind == "text":
                assert_printed(block.body, output)
        self._shell.communicate()

    def run(self, commands: str, fails: bool = False) -> str:
        """Run commands in the open shell; what they print, after checking that none failed."""
        for mine, instead in self._instead.items():
            commands = commands.replace(mine, instead)
        self._script.write_text(commands, encoding="utf-8")
        assert self._shell.stdin and self._shell.stdout
        self._shell.stdin.write(
            f"failed=0; trap failed=1 ERR; source '{self._script}' < /dev/null\n"
            "echo; echo END $failed\n"
        )
        self._shell.stdin.flush()
        output = ""
        for line in self._shell.stdout:
            if line.startswith("END "):
                assert line == f"END {int(fails)}\n", commands + output
                return output
            output += line
        raise AssertionError(f"the shell ended\n{commands}{output}")


def assert_printed(expected: str, output: str) -> None:
    position = 0
    for line in filter(None, map(str.strip, expected.splitlines())):
        found = _pattern(line).search(output, position)
        assert found, f"not printed: {line}\n{output}"
        for mine, printed in zip(FIGURE.findall(line), found.groups(), strict=True):
            assert float(printed) == pytest.approx(float(mine), abs=0.02), line
        position = found.end()


def _pattern(line: str) -> re.Pattern[str]:
    words = (re.escape(word) for word in FIGURE.sub("FIGURE", line).split())
    pattern = r"\s+".join(words).replace("FIGURE", f"({FIGURE.pattern})").replace("…", ".*")
    return re.compile(pattern)
