"""The files of a project, and what they say."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from ..origin import Origin, read_origin
from .finding import Finding
from .locks import Lock, parse
from .releases import Release

PYPROJECT = "pyproject.toml"
_SUFFIXES = (".yml", ".yaml", ".json")


class Unreadable(Exception):
    """A file of a project that cannot be read as it should."""

    def __init__(self, file: str, reason: str) -> None:
        """Keep both.

        Args:
            file: Its path in the project.
            reason: What is wrong with it.
        """
        super().__init__(f"{file} {reason}")
        self.file = file
        self.reason = reason


@dataclass(frozen=True)
class Inside:
    """Checks that need the project's code and environment.

    Attributes:
        dags: Tells which DAGs are out of date.
        data_dictionary: Tells whether the data dictionary is.
        plugin: The installed version of this package.
    """

    dags: Callable[[], Iterable[Finding]]
    data_dictionary: Callable[[], Iterable[Finding]]
    plugin: str


class Checkout:
    """The files of a project; each is parsed once.

    All that reads one raises `Unreadable` where it is damaged.
    """

    def __init__(
        self,
        root: Path,
        releases: Mapping[str, Release] | None = None,
        inside: Inside | None = None,
    ) -> None:
        """Describe the checkout; nothing is read yet.

        Args:
            root: The directory of the project.
            releases: The newest releases of templates.
            inside: What the project itself can tell; None if it is not the one that runs.
        """
        self.root = root
        self.releases = releases or {}
        self.inside = inside

    @cached_property
    def origin(self) -> Origin:
        """Where the project comes from.

        Raises:
            GoldenPathError: That is not known.
        """
        return read_origin(self.root)

    @cached_property
    def pyproject(self) -> dict[str, Any]:
        """The content of `pyproject.toml`."""
        try:
            return tomllib.loads(self.text(PYPROJECT))
        except tomllib.TOMLDecodeError as error:
            raise Unreadable(PYPROJECT, f"is not TOML: {error}") from error

    def table(self, *keys: str) -> dict[str, Any]:
        """A table of `pyproject.toml`, by its dotted name; empty if there is none."""
        value: Any = self.pyproject
        for number, key in enumerate(keys, 1):
            value = value.get(key, {})
            if not isinstance(value, dict):
                raise Unreadable(PYPROJECT, f"has no table in {'.'.join(keys[:number])}")
        return dict(value)

    @cached_property
    def package(self) -> str:
        """The name of the project's package."""
        package = self.table("tool", "kedro").get("package_name")
        if not isinstance(package, str) or not package.isidentifier():
            raise Unreadable(PYPROJECT, "does not name the package in tool.kedro.package_name")
        return package

    @cached_property
    def globals(self) -> dict[Any, Any]:
        """The content of `conf/base/globals.yml`, as far as it is known without the project."""
        return _plain(_merged(self._base("globals")))

    @cached_property
    def catalog(self) -> dict[str, dict[Any, Any]]:
        """The entries of the catalog in `conf/base`, patterns included.

        References within the catalog are followed; those that need the running project are left.
        """
        entries = {
            str(name): entry
            for name, entry in _plain(_merged(self._catalog_files)).items()
            if not str(name).startswith("_") and isinstance(entry, dict)
        }
        return {name: _with_shared_contract(entry, entries) for name, entry in entries.items()}

    def file_of(self, dataset: str) -> str:
        """The file with a dataset's entry in the catalog."""
        return next(file for file, content in self._catalog_files.items() if dataset in content)

    @cached_property
    def locks(self) -> dict[str, Lock]:
        """The locks, by the names of their files."""
        names = sorted(file.name for file in self.root.glob("requirements*.lock"))
        return {name: parse(self.text(name)) for name in names}

    def text(self, name: str) -> str:
        """The text of a file.

        Args:
            name: Its path in the project.
        """
        try:
            return (self.root / name).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise Unreadable(name, "is missing") from error
        except (OSError, UnicodeDecodeError) as error:
            raise Unreadable(name, f"cannot be read: {error}") from error

    @cached_property
    def _catalog_files(self) -> dict[str, DictConfig]:
        return self._base("catalog")

    def _base(self, kind: str) -> dict[str, DictConfig]:
        """The content of each configuration file of one kind in `conf/base`."""
        directory = self.root / "conf/base"
        found = {}
        for file in sorted(directory.rglob("*")):
            parts = file.relative_to(directory).parts
            of_kind = parts[0].startswith(kind) or parts[-1].startswith(kind)
            if of_kind and file.suffix in _SUFFIXES and file.is_file():
                name = file.relative_to(self.root).as_posix()
                found[name] = _parsed(self.text(name), name)
        return found


def _parsed(text: str, name: str) -> DictConfig:
    try:
        content = OmegaConf.create(text)
    except (yaml.YAMLError, OmegaConfBaseException, AssertionError) as error:
        raise Unreadable(name, f"is not YAML: {error}") from error
    if not isinstance(content, DictConfig):
        raise Unreadable(name, "is not a mapping")
    return content


def _merged(files: Mapping[str, DictConfig]) -> DictConfig:
    config = OmegaConf.merge({}, *files.values())
    assert isinstance(config, DictConfig)
    return config


def _with_shared_contract(
    entry: dict[Any, Any], entries: Mapping[str, dict[Any, Any]]
) -> dict[Any, Any]:
    """An entry with the contract of the dataset whose months it loads, if there is one."""
    one = entries.get(str(entry.get("of")), {})
    return {key: one[key] for key in ("contract", "validator") if key in one} | entry


def _plain(config: DictConfig) -> dict[Any, Any]:
    """Plain data, with references to other keys resolved."""
    written = OmegaConf.to_container(config, resolve=False)
    assert isinstance(written, dict)
    plain: dict[Any, Any] = {}
    for key, value in written.items():
        try:
            found = config[key]
        except OmegaConfBaseException:
            found = value
        plain[key] = _plain(found) if isinstance(found, DictConfig) else found
    return plain
