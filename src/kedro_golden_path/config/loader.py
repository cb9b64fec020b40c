"""Configuration: what it may refer to, and what must be set before anything runs."""

import logging
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from kedro.config import AbstractConfigLoader, MissingConfigException, OmegaConfigLoader
from kedro.io import CatalogConfigResolver
from kedro.pipeline import Pipeline
from kedro.utils import find_kedro_project
from omegaconf import OmegaConf
from omegaconf.resolvers import oc
from yaml import MarkedYAMLError, YAMLError

from .. import nested
from ..datasets.entries import innermost, moved, place_of
from ..errors import GoldenPathError
from ..guards import leads_out
from ..months import check_month, months_before
from ..runs.dag_task import check_run_id
from ..runs.staging import Staging
from .catalog import Surroundings, contract_options, written_out
from .project import absolute, data_root_of
from .suggestions import check_parameters, did_you_mean

_LOGGER = logging.getLogger(__name__)
_REQUIRED_VARIABLE = re.compile(r"\$\{oc\.env:\s*(\w+)\s*\}")


class ConfigLoader(OmegaConfigLoader):
    """Kedro's configuration loader with the resolvers of the golden path.

    In every configuration file:
        `${param:NAME}`: a parameter, `--params` included; dots reach into nested ones.
        `${months_before:MONTH,COUNT}`: the list of months before a month, oldest first.
        `${oc.env:NAME}`: an environment variable, `${oc.env:NAME,default}` if it may be missing.
        `${project_path:}`: the directory of the project.
        `${globals:NAME}`: a value of `globals.yml`.

    Contracts in the catalog get the name, the file and the month of their dataset, so that entries
    need not repeat them.
    """

    def __init__(
        self,
        conf_source: str | Path,
        env: str | None = None,
        runtime_params: dict[str, Any] | None = None,
        *,
        base_env: str = "base",
        default_run_env: str = "local",
        config_patterns: dict[str, list[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        """See `kedro.config.OmegaConfigLoader` for the arguments.

        Raises:
            GoldenPathError: The environment does not exist, environment variables that it needs
                are not set (all of them are named), a parameter on the command line is misspelt, or
                the parameter `month` is not a month, or `run_id` is not an id.
        """
        source = Path(conf_source)
        self._directories = [source / name for name in (base_env, env or default_run_env)]
        if source.is_dir():
            _check_environment(source, self._directories)
            self._project = source.resolve().parent
        else:
            # Kedro reads archives and addresses as well, which say nothing of the project.
            self._project = find_kedro_project(Path.cwd()) or source.resolve().parent
        self._resolvers: dict[str, Callable[..., Any]] = {
            "param": self._param,
            "months_before": months_before,
            "oc.env": oc.env,
            "project_path": self._project.as_posix,
        }
        _check_values(runtime_params or {})
        super().__init__(
            conf_source,
            env,
            runtime_params,
            base_env=base_env,
            default_run_env=default_run_env,
            config_patterns={"mlflow": ["mlflow*"], "spark": ["spark*"]} | (config_patterns or {}),
            **kwargs,
        )
        if "month" in self._parameters:
            check_month(self._parameters["month"])
        if self._parameters.get("run_id"):
            check_run_id(self._parameters["run_id"])
        if runtime_params:
            check_parameters(runtime_params, self._configured_parameters())
        self.staging: Staging | None = None
        self.written_at_once: dict[str, str] = {}
        self._pipeline = Pipeline([])
        self._pinned: Collection[str] = ()
        self._told = False

    def redirect_to_staging(
        self, run_id: str, pipeline: Pipeline, pinned: Collection[str] = ()
    ) -> None:
        """Redirect the catalog into the run's staging area.

        Args:
            run_id: The id of the run.
            pipeline: What the process runs.
            pinned: The names of datasets of which a certain version is loaded.
        """
        self.staging = Staging(self.data_root, run_id)
        self._pipeline, self._pinned = pipeline, pinned

    @property
    def data_root(self) -> str:
        """The absolute path, or the URL, below which the data lies."""
        return data_root_of(self, self._project)

    def __getitem__(self, key: str) -> dict[str, Any]:
        """The configuration of one kind, for example `catalog`, merged over the environments."""
        # Resolvers belong to the process: without this, the last loader's would serve all others.
        for name, resolver in self._resolvers.items():
            OmegaConf.register_resolver(name, resolver, replace=True, annotation_validation="off")
        config = self._load(key)
        if key != "catalog":
            return config
        month = self._parameters.get("month")
        surroundings = Surroundings(self._project, self.data_root, month)
        config = self._redirect(written_out(config, month), surroundings)
        return {
            name: self._with_surroundings(name, entry, surroundings)
            for name, entry in config.items()
        }

    def _load(self, key: str) -> dict[str, Any]:
        try:
            config: dict[str, Any] = super().__getitem__(key)
        except YAMLError as error:
            raise GoldenPathError(_broken_file(self._directories) or str(error)) from error
        return config

    def _redirect(self, config: dict[str, Any], surroundings: Surroundings) -> dict[str, Any]:
        if self.staging is None:
            return config
        pipeline = self._pipeline
        entries = {
            name: moved(entry, absolute(place, self._project)) if place else entry
            for name, entry in entries_of(config, pipeline.datasets()).items()
            for place in [place_of(entry)]
        }
        redirected = self.staging.redirect(
            entries,
            pipeline.datasets(),
            pipeline.all_outputs(),
            self._pinned,
            confirmed={name for node in pipeline.nodes for name in node.confirms},
            quarantines=_quarantines(entries, surroundings),
            credentials=self._credentials,
            later=_read_later(pipeline),
        )
        self.written_at_once = self.staging.at_once
        self._tell_what_is_written_at_once()
        return config | redirected

    def _with_surroundings(self, name: str, entry: Any, surroundings: Surroundings) -> Any:
        options = contract_options(name, entry, surroundings)
        if not options:
            return entry
        if self.staging is not None:
            options["staged"] = self.staging.quarantine(str(options["quarantine"]))
        return entry | {"validator": entry["validator"] | {"options": options}}

    def _tell_what_is_written_at_once(self) -> None:
        reasons = self.written_at_once
        if reasons and not self._told:
            listed = "\n".join(f"  {name}: {reason}" for name, reason in reasons.items())
            _LOGGER.warning(
                "Written at once, so that others see it even if the run fails later:\n%s\n"
                "What is staged, and how, says the documentation under 'What is published'.",
                listed,
            )
        self._told = True

    @cached_property
    def _credentials(self) -> dict[str, Any]:
        try:
            return self._load("credentials")
        except MissingConfigException:
            return {}

    @cached_property
    def _parameters(self) -> dict[str, Any]:
        try:
            return self._load("parameters")
        except MissingConfigException:
            return dict(self.runtime_params)

    def _configured_parameters(self) -> set[str]:
        base, environment, *_ = self._read_raw_config("parameters")
        files = [*base.values(), *environment.values()]
        return {name for file in files for name in nested.names(OmegaConf.to_container(file))}

    def _param(self, name: str) -> Any:
        value: Any = self._parameters
        for part in name.split("."):
            if not isinstance(value, dict) or part not in value:
                hint = did_you_mean(name, nested.names(self._parameters))
                raise GoldenPathError(
                    f"The configuration refers to the parameter '{name}', which does not exist."
                    f"{hint} Add it to conf/base/parameters.yml."
                )
            value = value[part]
        if name in nested.leaves(self.runtime_params or {}) and leads_out(str(value)):
            raise GoldenPathError(
                f"The configuration uses the parameter '{name}', perhaps in a path, and with the "
                f"value {value!a} the path would lead elsewhere. Use a value without '..'."
            )
        return value


def entries_of(config: Mapping[str, Any], names: Collection[str]) -> dict[str, dict[str, Any]]:
    """The catalog entries of datasets, also of those that only match a pattern.

    Args:
        config: The configuration of the catalog.
        names: The names of datasets; those without an entry, and parameters, are left out.
    """
    patterns = {
        name: entry for name, entry in config.items() if "{" in name and isinstance(entry, dict)
    }
    plain = {name: _without(entry, "credentials") for name, entry in patterns.items()}
    resolver = CatalogConfigResolver(plain, default_runtime_patterns={"{_}": {}})
    entries = {}
    for name in names:
        if isinstance(config.get(name), dict):
            entries[name] = config[name]
        elif not _is_parameter(name) and (pattern := _pattern(resolver, name)):
            own = patterns[pattern]
            credentials = {key: own[key] for key in own.keys() & {"credentials"}}
            entries[name] = resolver.resolve_pattern(name) | credentials
    return entries


def credentials_of(loader: AbstractConfigLoader, name: str) -> dict[str, Any]:
    """The credentials of a dataset, those that its entry names or has.

    Raises:
        GoldenPathError: It has none.
    """
    entry = entries_of(loader["catalog"], [name]).get(name, {})
    given = innermost(entry).get("credentials")
    found = loader["credentials"].get(given) if isinstance(given, str) else given
    if not isinstance(found, dict):
        raise GoldenPathError(
            f"The catalog has no credentials for '{name}', a table that the run has written beside "
            "the published one. Restore its entry, and run the same command again."
        )
    return found


def _quarantines(entries: Mapping[str, Any], surroundings: Surroundings) -> dict[str, str]:
    """The directories of quarantined rows, by dataset."""
    found = {name: contract_options(name, entry, surroundings) for name, entry in entries.items()}
    return {
        name: str(options["quarantine"])
        for name, options in found.items()
        if options and options.get("on_failure") == "quarantine"
    }


def _read_later(pipeline: Pipeline) -> dict[str, set[str]]:
    """For each dataset that a pipeline writes, what it reads after it."""
    found: dict[str, set[str]] = {}
    for node in pipeline.nodes:
        after = pipeline.from_nodes(node.name).nodes
        read = {name for each in after if each.name != node.name for name in each.inputs}
        found |= dict.fromkeys(node.outputs, read)
    return found


def _is_parameter(name: str) -> bool:
    return name == "parameters" or name.startswith("params:")


def _pattern(resolver: CatalogConfigResolver, name: str) -> str | None:
    return resolver.match_dataset_pattern(name) or resolver.match_user_catch_all_pattern(name)


def _without(entry: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != key}


def _check_values(parameters: Mapping[str, Any]) -> None:
    """Make sure that what comes with a command is a value, and nothing that is looked up.

    Otherwise, whoever can set a parameter could read the environment: `month=${oc.env:PASSWORD}`.
    """
    for name, value in nested.leaves(parameters).items():
        if "${" in str(value):
            raise GoldenPathError(
                f"The parameter {name!a} refers to something by '${{'. What comes with a "
                "command is not looked up: write the value, or refer to it in parameters.yml."
            )
    # What is wrong with these is not to be found out by looking at anything else.
    if "month" in parameters:
        check_month(parameters["month"])


def _check_environment(source: Path, directories: Iterable[Path]) -> None:
    missing: dict[str, str] = {}
    for directory in directories:
        environment, conf_source = directory.name, directory.parent
        if leads_out(str(directory.relative_to(source))) or not directory.is_dir():
            known = sorted(path.name for path in conf_source.iterdir() if path.is_dir())
            raise GoldenPathError(
                f"There is no environment '{environment}': {directory} does not exist."
                f"{did_you_mean(environment, known)} Environments of this project: "
                f"{', '.join(known)}."
            )
        for file in sorted(directory.rglob("*.yml")):
            for name in _variables(_text(file, conf_source)) - os.environ.keys():
                missing.setdefault(name, _shown(file, conf_source))
    if missing:
        listed = "\n".join(f"  {name}  (used in {file})" for name, file in missing.items())
        raise GoldenPathError(
            f"Environment variables are not set that the environment '{environment}' needs:\n"
            f"{listed}\nSet them and run the same command again."
        )


def _broken_file(directories: Iterable[Path]) -> str:
    for directory in directories:
        for file in sorted(directory.rglob("*.y*ml")):
            try:
                OmegaConf.load(file)
            except MarkedYAMLError as error:
                line = f", line {error.problem_mark.line + 1}," if error.problem_mark else ""
                return (
                    f"{_shown(file, directory.parent)}{line} is not valid YAML: {error.problem}. "
                    "Correct it, and run the same command again."
                )
    return ""


def _shown(file: Path, conf_source: Path) -> str:
    return f"{conf_source.name}/{file.relative_to(conf_source).as_posix()}"


def _text(file: Path, conf_source: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise GoldenPathError(
            f"{_shown(file, conf_source)}, line {line}, is not UTF-8. Save the file in that "
            "encoding, and run the same command again."
        ) from error


def _variables(text: str) -> set[str]:
    """The environment variables that a file needs; comments need none."""
    if not _REQUIRED_VARIABLE.search(text):
        return set()
    try:
        values = [token.value for token in yaml.scan(text) if isinstance(token, yaml.ScalarToken)]
    except YAMLError:
        return set()  # What is wrong is told when the file is read.
    return {name for value in values for name in _REQUIRED_VARIABLE.findall(value)}
