"""The staging of a run: its outputs stay apart from what others see until the run succeeds.

A run writes below `<data_root>/.runs/<run id>/`, in the same tree as the published data, and reads
its own outputs from there. When all of it has succeeded, `publication` moves each of them to its
place. Until then nobody else sees the outputs; if the run fails, nobody ever does.

How an output is staged follows from what its save does with what is there (`datasets.saving`):

- it replaces it: the staged file, or directory, replaces the published one;
- it adds files or a version: so does publishing;
- it changes it: the run starts from a copy, which replaces the published file unless that has been
  changed in the meantime. The same holds for a file that the run reads under another name;
- it is a table of SQLite or PostgreSQL: the run writes one beside it, see `tables`.

Everything else is written at once, and `Staging.at_once` says what and why.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from ..datasets.entries import is_in_memory, moved, place_of, type_of, with_place
from ..datasets.saving import INCREMENTAL, MONTHS, PARTITIONED, Saving, is_kind, saving_of
from ..datasets.writing import copy, versions_in
from ..errors import GoldenPathError
from . import tables
from .area import Area, Output, fingerprint

_STAGED_PARTITIONS = "kedro_golden_path.datasets.partitions.StagedPartitions"
_STAGED_INCREMENTAL = "kedro_golden_path.runs.incremental.StagedIncremental"
_S3 = re.compile(r"^s3[an]://")
ROWS = "rows"
# By this name, a checkpoint is among the names of what has been saved.
CONFIRMED = "(confirmed)"


class Staging:
    """The staging of one process of a run below the data root, a local directory or a URL."""

    def __init__(self, data_root: str, run_id: str) -> None:
        """Describe the staging area; nothing is created yet.

        Args:
            data_root: The absolute path or the URL of the published data.
            run_id: The id of the run.
        """
        self.area = Area(data_root, run_id)
        self.at_once: dict[str, str] = {}
        self._outputs: dict[str, Output] | None = None
        self._complete: dict[str, Output] = {}
        self._saved: dict[str, set[str]] = {}

    def redirect(
        self,
        catalog: Mapping[str, Any],
        read: Collection[str],
        written: Collection[str],
        pinned: Collection[str] = (),
        *,
        confirmed: Collection[str] = (),
        quarantines: Mapping[str, str] | None = None,
        credentials: Mapping[str, Any] | None = None,
        later: Mapping[str, Collection[str]] | None = None,
    ) -> dict[str, Any]:
        """The catalog's configuration, with what is staged redirected into the staging area.

        The first call plans the process: it starts changed outputs from a copy, and removes what an
        earlier try of the same process left.

        Args:
            catalog: The entries by name; patterns are resolved and paths absolute.
            read: The names that the process reads.
            written: The names that it writes.
            pinned: The names of datasets that load a certain version, not the run's own.
            confirmed: The names of incremental datasets that it confirms.
            quarantines: The published directories of quarantined rows, by dataset.
            credentials: The credentials by name.
            later: For a name that is written, the names that are read after it.

        Raises:
            GoldenPathError: An output cannot be written without a loss; nothing was written.
        """
        known = {name: catalog[name] for name in {*read, *written} & catalog.keys()}
        staged = {name: entry for name, entry in known.items() if name not in pinned}
        # Several names for one file or table are one place.
        places = {name: self._place(entry, credentials or {}) for name, entry in staged.items()}
        places = {name: place for name, place in places.items() if place}
        if self._outputs is None:
            if self.area.exists():
                self._complete, self._saved = self.area.complete(), self.area.saved()
            outputs = self._outputs_of(staged, places, set(written))
            outputs |= self._checkpoints(staged, places, confirmed)
            self._tell(known, set(written) - places.keys())
            tables.check_queries(staged, outputs, self._complete, later or {}, credentials or {})
            planned = self._prepare(outputs, staged, credentials or {})
            planned |= self._rows(quarantines or {}, written)
            self.area.plan(planned)
            self._outputs = planned
        here = self._outputs.keys() | self._complete.keys()
        redirected = {
            name: self._in_run(staged[name], place)
            for name, place in places.items()
            if place in here or _holds(staged[name], place, here)
        }
        windows = {name: self._window(entry, here) for name, entry in staged.items()}
        return {**catalog, **redirected, **{name: each for name, each in windows.items() if each}}

    def finish(self, *, whole_run: bool) -> None:
        """Note that this process has succeeded; only then its outputs are published.

        Args:
            whole_run: Whether the run is over with it: what earlier processes of the run have
                written completely, before it was resumed, is published as well.
        """
        earlier = self.area.complete() if whole_run and self.area.exists() else {}
        self.area.finish({**earlier, **(self._outputs or {})})

    def quarantine(self, directory: str) -> str:
        """Where quarantined rows are in the staging area; they are published with the run.

        Args:
            directory: The path or URL of the published ones.

        Returns:
            Empty if they are written at once.
        """
        place = self._below(directory)
        return self.area.staged(place) if place in (self._outputs or {}) else ""

    def _outputs_of(
        self, staged: Mapping[str, Any], places: Mapping[str, str], written: set[str]
    ) -> dict[str, Output]:
        outputs: dict[str, Output] = {}
        for name in sorted(written & places.keys()):
            place, entry = places[name], staged[name]
            how = tables.HOW if tables.is_table(entry) else str(saving_of(entry))
            if place in outputs:
                same = outputs[place].how == how
                how = how if same else str(Saving.CHANGES)
                outputs[place] = replace(
                    outputs[place], how=how, names=[*outputs[place].names, name]
                )
            else:
                outputs[place] = Output(how, [name])
        stems = {name: name.partition("@")[0] for name in places}
        for name, place in places.items():
            own = {stems[each] for each in outputs[place].names} if place in outputs else set()
            if not own or stems[name] in own:
                continue
            # Read under another name, it may be read before it is written, and made from itself.
            if outputs[place].how == Saving.REPLACES:
                outputs[place] = replace(outputs[place], how=str(Saving.CHANGES))
            elif outputs[place].how == tables.HOW:
                outputs[place] = replace(outputs[place], base="")
        return outputs

    def _checkpoints(
        self, staged: Mapping[str, Any], places: Mapping[str, str], confirmed: Collection[str]
    ) -> dict[str, Output]:
        """The checkpoints of incremental datasets that are confirmed."""
        found = {}
        for name in sorted(set(confirmed) & places.keys()):
            if is_kind(staged[name], INCREMENTAL):
                place = self._below(checkpoint_of(with_place(staged[name]))["filepath"])
                base = fingerprint(self.area.filesystem, self.area.published(place))
                found[place] = Output(str(Saving.REPLACES), [CONFIRMED], base)
        return found

    def _prepare(
        self,
        outputs: Mapping[str, Output],
        staged: Mapping[str, Any],
        credentials: Mapping[str, Any],
    ) -> dict[str, Output]:
        for output in outputs.values():
            for name in output.names:
                if name in staged and output.how != tables.HOW:
                    self._check_versions(name, staged[name])
        begun = {}
        for place, output in outputs.items():
            others = self._others(place, output)
            if output.how == tables.HOW:
                begun[place] = tables.prepare(self.area, output, staged, credentials, others)
            else:
                begun[place] = self._begin(place, output, others)
        return begun

    def _rows(self, quarantines: Mapping[str, str], written: Collection[str]) -> dict[str, Output]:
        places = {name: self._below(directory) for name, directory in quarantines.items()}
        for name, place in places.items():
            if place and name in written:
                self.area.remove(place)
        return {place: Output(ROWS, []) for place in places.values() if place}

    def _begin(self, place: str, output: Output, others: Collection[str]) -> Output:
        """Have the place of an output as its first save needs it."""
        before = self._complete.get(place)
        if others and before and output.how == Saving.CHANGES:
            return replace(output, base=before.base)
        if output.how == Saving.ADDS_FILES and others:
            return output
        self.area.remove(place)
        if output.how != Saving.CHANGES:
            return output
        filesystem, published = self.area.filesystem, self.area.published(place)
        base = ""
        for _ in range(3):
            base = fingerprint(filesystem, published)
            if base:
                copy(filesystem, published, self.area.staged(place))
            if base == fingerprint(filesystem, published):
                return replace(output, base=base)
            self.area.remove(place)
        raise GoldenPathError(
            f"{published} is changed all the time, so '{output.names[0]}' cannot begin from it. "
            "Run again when nobody else writes it."
        )

    def _others(self, place: str, output: Output) -> set[str]:
        """The other names by which the run has written a place.

        Raises:
            GoldenPathError: What they wrote cannot be told from what this process wrote before.
        """
        saved = self._saved.get(place, set())
        others = saved - set(output.names)
        mixed = saved & set(output.names) or (others and place not in self._complete)
        if others and mixed and output.how in (Saving.CHANGES, tables.HOW):
            raise GoldenPathError(
                f"{', '.join(sorted(others | set(output.names)))} are one and the same place, "
                f"{published_of(self.area, place)}, and this run has already written it in part. "
                "Run all of it again, as a new run."
            )
        return others

    def _check_versions(self, name: str, entry: Mapping[str, Any]) -> None:
        """Fail if versions would be deleted, or would not find their place.

        Raises:
            GoldenPathError: The published data has versions and the entry has not, or conversely.
        """
        place = place_of(entry)
        filesystem = self.area.filesystem
        if saving_of(entry) == Saving.ADDS_VERSION:
            if filesystem.isfile(place):
                raise GoldenPathError(
                    f"'{name}' is 'versioned', but {place} is a file without versions. Move it "
                    "away, or give the entry another filepath."
                )
        elif "filepath" in with_place(entry) and versions_in(filesystem, place):
            raise GoldenPathError(
                f"'{name}' is not 'versioned', but {place} is a directory with versions, which it "
                "would replace. Add 'versioned: true', or give the entry another filepath."
            )

    def _place(self, entry: Any, credentials: Mapping[str, Any]) -> str:
        """Where an entry's data is below the data root; empty if it cannot be staged."""
        if not isinstance(entry, dict):
            return ""
        if tables.is_table(entry):
            return tables.place_of(entry, credentials)
        return self._below(place_of(entry)) if saving_of(entry) else ""

    def _below(self, place: str) -> str:
        if not place:
            return ""
        root, path = (_normal(each) for each in (self.area.root, place))
        return path.removeprefix(f"{root}/") if path.startswith(f"{root}/") else ""

    def _in_run(self, entry: dict[str, Any], place: str) -> dict[str, Any]:
        if tables.is_table(entry):
            return tables.staged(entry, self.area, place)
        # Spark knows S3 by another scheme.
        scheme = _S3.match(place_of(entry))
        path = self.area.staged(place)
        path = path.replace("s3://", scheme.group(), 1) if scheme else path
        own = with_place(entry)
        if is_kind(entry, INCREMENTAL):
            return moved(entry, path, type=_STAGED_INCREMENTAL, published=own["path"])
        here = (self._outputs or {}) | self._complete
        copied = place in here and here[place].how == Saving.CHANGES
        if is_kind(entry, PARTITIONED) and not copied:
            return moved(entry, path, type=_STAGED_PARTITIONS, published=own["path"])
        return moved(entry, path)

    def _window(self, entry: Any, here: Collection[str]) -> dict[str, Any]:
        """The entry of a window of months that the run writes some of; empty if it writes none."""
        if not isinstance(entry, dict) or not is_kind(entry, MONTHS):
            return {}
        found = {}
        for month in entry["months"]:
            place = self._below(f"{entry['path']}/month={month}/{entry['file']}")
            if place in here:
                found[str(month)] = self.area.staged(place)
        return {**entry, "staged": found} if found else {}

    def _tell(self, known: Mapping[str, Any], names: Collection[str]) -> None:
        for name in sorted(names & known.keys()):
            if reason := self._why_at_once(known[name]):
                self.at_once[name] = reason

    def _why_at_once(self, entry: Any) -> str:
        """Why an output is visible to others before the run has succeeded; empty if it is not."""
        if not isinstance(entry, dict) or is_in_memory(entry):
            return ""
        kind = type_of(entry)
        module = kind.__module__ if kind else ""
        if getattr(kind, "kept_by_mlflow", False) or module.startswith("kedro_mlflow."):
            return ""
        if tables.is_table(entry):
            return "only tables of SQLite files and of PostgreSQL can be written beside"
        if not place_of(entry):
            return "it is no file"
        if not saving_of(entry):
            return "partitions that Spark writes cannot be told from one another's files"
        if not self._below(place_of(entry)):
            return f"it is not below {self.area.root}"
        return "the run also loads a certain version of it"


def checkpoint_of(own: Mapping[str, Any]) -> dict[str, Any]:
    """The checkpoint's part of the entry of an incremental dataset, with a path."""
    given = own.get("checkpoint")
    options = dict(given) if isinstance(given, Mapping) else {}
    if isinstance(given, str):
        options = {"force_checkpoint": given}
    return {"filepath": f"{str(own['path']).rstrip('/')}/CHECKPOINT"} | options


def published_of(area: Area, place: str) -> str:
    """A place as people know it."""
    return tables.shown(place) if place.startswith(tables.PREFIX) else area.published(place)


def _holds(entry: Mapping[str, Any], place: str, here: Collection[str]) -> bool:
    """Whether a partition, or the checkpoint, is among what the run writes."""
    partitions = is_kind(entry, PARTITIONED) or is_kind(entry, INCREMENTAL)
    return partitions and any(each.startswith(f"{place}/") for each in here)


def _normal(path: str) -> str:
    """One spelling for each path or URL."""
    scheme, separator, rest = path.rpartition("://")
    if scheme in ("", "file"):
        return posixpath.normpath(rest)
    scheme = "s3" if scheme in ("s3a", "s3n") else scheme
    return f"{scheme}{separator}{posixpath.normpath(rest)}"
