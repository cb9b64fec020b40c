"""Short forms of catalog entries, and how they are written out for Kedro.

`contract: raw.Flights` stands for a `validator`, and `of: flights` for the file, the type and the
contract of the dataset whose months a `MonthsDataset` loads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kedro.config import AbstractConfigLoader
from kedro.framework import project
from kedro.utils import load_obj

from ..datasets.entries import engine_of, is_raw, place_of
from ..errors import GoldenPathError, package_directory
from .project import absolute, data_root_of, parameters_of

_CONTRACT = "kedro_golden_path.Contract"
# YAML reads a bare `on` as true.
_WHEN: tuple[Any, ...] = ("on", True)


def written_out(catalog: Mapping[str, Any], month: object) -> dict[str, Any]:
    """The configuration of a catalog without short forms.

    Args:
        catalog: The entries by name; interpolations are resolved.
        month: The month that the run works on; None if there is none.

    Raises:
        GoldenPathError: A short form cannot be understood.
    """
    return {name: _with_validator(name, _with_files(name, catalog, month)) for name in catalog}


def _with_files(name: str, catalog: Mapping[str, Any], month: object) -> Any:
    entry = catalog[name]
    if not isinstance(entry, dict) or "of" not in entry:
        return entry
    found = catalog.get(entry["of"])
    one: dict[str, Any] = found if isinstance(found, dict) else {}
    partition = f"/month={month}/"
    filepath = one.get("filepath")
    if not isinstance(filepath, str) or partition not in filepath:
        raise GoldenPathError(
            f"The catalog entry '{name}' loads months of '{entry['of']}', which has to be an entry "
            f"with '{partition}' in its filepath."
        )
    path, _, file = filepath.partition(partition)
    shared = {key: one[key] for key in ("contract", "validator") if key in one}
    not_of_one_file = ("filepath", "metadata", "contract", "validator")
    dataset = {key: value for key, value in one.items() if key not in not_of_one_file}
    own = {key: value for key, value in entry.items() if key != "of"}
    return {"path": path, "file": file, "dataset": dataset} | shared | own


def _with_validator(name: str, entry: Any) -> Any:
    if not isinstance(entry, dict) or "contract" not in entry:
        return entry
    if "validator" in entry:
        raise GoldenPathError(
            f"The catalog entry '{name}' has both 'contract' and 'validator'. The first is short "
            "for the second: keep one of them."
        )
    contract = entry["contract"]
    options = dict(contract) if isinstance(contract, dict) else {"schema": contract}
    if not isinstance(options.get("schema"), str):
        raise GoldenPathError(
            f"The 'contract' of the catalog entry '{name}' has to name a pandera model of the "
            "package's contracts/, for example raw.Flights."
        )
    when = next((options.pop(key) for key in _WHEN if key in options), None) or _when(name, entry)
    options["schema"] = _import_path(options["schema"])
    rest = {key: value for key, value in entry.items() if key != "contract"}
    return rest | {"validator": {"class": _CONTRACT, "on": when, "options": options}}


def _when(name: str, entry: Mapping[str, Any]) -> str:
    """Raw data is checked when it is read, our own before it is written."""
    if not place_of(entry):
        raise GoldenPathError(
            f"The catalog entry '{name}' has no path that tells its layer. Say when its contract "
            "is checked: contract: {schema: " + str(entry["contract"]) + ", 'on': save} (or load)."
        )
    return "load" if is_raw(entry) else "save"


def _import_path(schema: str) -> str:
    """The import path of a model that may be named as seen from the package's `contracts`."""
    first, _, rest = schema.partition(".")
    contracts = package_directory() / "contracts"
    ours = (contracts / f"{first}.py").is_file() or (contracts / first).is_dir()
    if ours or not rest or find_spec(first) is None:
        return f"{project.PACKAGE_NAME}.contracts.{schema}"
    return schema


@dataclass(frozen=True)
class Surroundings:
    """What contracts are told that no catalog entry says: where data lies, and the run's month.

    `month` is None where runs are of no month.
    """

    project: Path
    data_root: str
    month: object

    @classmethod
    def of(cls, loader: AbstractConfigLoader, project: Path) -> Surroundings:
        """Those that a project's configuration tells."""
        return cls(project, data_root_of(loader, project), parameters_of(loader).get("month"))


def contract_options(name: str, entry: Any, surroundings: Surroundings) -> dict[str, Any] | None:
    """The options of the contract of a catalog entry; None if it has no `Contract`.

    Args:
        name: The name of the dataset.
        entry: Its entry; the options that it has itself stay.
        surroundings: What else the contract is told.
    """
    validator = entry.get("validator") if isinstance(entry, Mapping) else None
    if not isinstance(validator, Mapping) or not _is_contract(validator):
        return None
    mode = next((validator[key] for key in _WHEN if key in validator), "")
    month = surroundings.month
    partition = "" if month is None else f"/month={month}"
    return {
        "dataset": name,
        "file": absolute(place_of(entry), surroundings.project),
        "mode": mode if isinstance(mode, str) else "",
        "both_modes": isinstance(mode, list | tuple) and len(set(mode)) > 1,
        "engine": engine_of(entry),
        "quarantine": f"{surroundings.data_root}/quarantine/{name}{partition}",
        "periods": entry.get("months") or ([] if month is None else [str(month)]),
        **validator["options"],
    }


def _is_contract(validator: Mapping[Any, Any]) -> bool:
    """Whether a validator is a `Contract`, or a class that a project has made of it."""
    kind, options = validator.get("class"), validator.get("options")
    if not isinstance(options, Mapping) or "schema" not in options:
        return False
    if kind == _CONTRACT:
        return True
    try:
        found = load_obj(str(kind))
    except (ImportError, AttributeError, ValueError):
        return False
    return getattr(found, "takes_surroundings", False) is True
