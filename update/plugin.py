"""Where the code of `golden_path/` is now, which projects had in their own package until 0.4.0."""

import ast
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

NAME = "kedro_golden_path"

# The modules of golden_path/, and those of the package that have their content. What is in
# `contract` is public.
MODULES = {
    "": "",
    "cli": "cli.contracts",
    "cli.checking": "cli.checking",
    "cli.dags": "cli.dags",
    "cli.doctor": "cli.doctor",
    "cli.output": "cli.output",
    "cli.runs": "cli.runs",
    "cli.stored": "cli.stored",
    "cli.template": "cli.template",
    "config": "config.loader",
    "contract": "",
    "contract.dictionary": "contracts.dictionary",
    "contract.engines": "contracts.engines",
    "contract.evidence": "contracts.results",
    "contract.hooks": "contracts.hooks",
    "contract.infer": "contracts.infer",
    "contract.infer.profile": "contracts.infer.profile",
    "contract.infer.shapes": "contracts.infer.shapes",
    "contract.infer.source": "contracts.infer.source",
    "contract.inspection": "contracts.checks",
    "contract.patterns": "contracts.patterns",
    "contract.quarantine": "contracts.quarantine",
    "contract.report": "contracts.report",
    "contract.rules": "contracts.rules",
    "contract.terms": "contracts.compiled",
    "contract.types": "contracts.types",
    "contract.validator": "contracts.validator",
    "coverage": "contracts.coverage",
    "datasets": "datasets.months",
    "doctor": "doctor",
    "errors": "errors",
    "evidence": "contracts.results",
    "export": "airflow",
    "export.configuration": "airflow.configuration",
    "export.dag": "airflow.dag",
    "export.files": "airflow.files",
    "export.grouping": "airflow.grouping",
    "export.project": "airflow.project",
    "export.schema": "airflow.schema",
    "export.values": "airflow.values",
    "git": "git",
    "identity": "runs.dag_task",
    "lifecycle": "models.dataset",
    "mlflow_store": "tracking.store",
    "months": "months",
    "names": "config.suggestions",
    "provenance": "tracking.provenance",
    "reporting": "tracking.task_reports",
    "runs": "tracking.run",
    "selection": "session.selection",
    "session": "session.session",
    "spark": "spark",
    "spark.datasets": "spark.datasets",
    "spark.files": "spark.files",
    "spark.session": "spark.session",
    "staging": "runs.staging",
    "storage": "process",
    "summary": "session.summary",
    "template": "origin",
    "tracking": "session.tracker",
    "watchdog": "tracking.watchdog",
}
# What has another name now.
_RENAMED = {
    "contract.inspection.Inspection": "CheckResults",
    "contract.inspection.inspect": "run_checks",
    "contract.terms.Terms": "CompiledContract",
    "contract.validator.Judgement": "Validation",
    "identity.attempt": "process_token",
    "lifecycle.publish_aliases": "move_aliases",
    "reporting.Part": "TaskReport",
    "spark.discard": "remove_beside",
    "spark.files.discard": "remove_beside",
    "spark.files.publish": "put_in_place",
    "spark.files.stage": "write_beside",
    "spark.stage": "write_beside",
    "storage.make_writes_atomic": "configure_process",
}


@dataclass(frozen=True)
class Place:
    """Where something is now: in which module, and by which name if it is not the module itself.

    What is not public may be somewhere else in the next release.
    """

    module: str
    name: str | None
    public: bool

    def __str__(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module


@dataclass(frozen=True)
class Plugin:
    """The source of the package, read without importing it."""

    source: Path

    def find(self, path: str) -> Place | None:
        """Where something of `golden_path/` is now.

        Args:
            path: Its dotted path below `golden_path`: a module, or something in one.
        """
        if path in MODULES:
            return Place(_joined(MODULES[path]), None, path in ("", "contract", "spark"))
        module, _, name = path.rpartition(".")
        if module not in MODULES:
            return None
        name = _RENAMED.get(path, name)
        if name in self._exported:
            return Place(_joined(self._exported[name]), name, True)
        definitions = self._definitions[name]
        there = MODULES[module] if MODULES[module] in definitions else ""
        chosen = there or (definitions[0] if len(definitions) == 1 else "")
        return Place(_joined(chosen), name, False) if chosen else None

    def locate(self, path: str) -> "tuple[Place, str] | None":
        """Where something is now, and the rest of the path: what is inside of it.

        Args:
            path: A dotted path below `golden_path`.
        """
        rest = ""
        while True:
            if place := self.find(path):
                return (place, rest) if place.name or not rest else None
            path, _, last = path.rpartition(".")
            rest = f".{last}{rest}"
            if not path:
                return None

    def module_of(self, path: str) -> str:
        """The module, as nearly as it can be told, that has the content of an old one now."""
        while path not in MODULES and path:
            path = path.rpartition(".")[0]
        found = Path(self.source, *MODULES[path].split("."))
        return _joined(MODULES[path] if found.is_dir() or found.with_suffix(".py").exists() else "")

    @cached_property
    def _exported(self) -> dict[str, str]:
        """The public names, and the package that has each by `lazy_loader.attach(…)`."""
        found: dict[str, str] = {}
        for package in ("spark", ""):
            tree = ast.parse((self.source / package / "__init__.py").read_text("utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.keyword) and node.arg == "submod_attrs":
                    names = ast.literal_eval(node.value).values()
                    found |= {name: package for each in names for name in each}
        return found

    @cached_property
    def _definitions(self) -> dict[str, list[str]]:
        """The modules that define a name at their top."""
        found: dict[str, list[str]] = defaultdict(list)
        for file in sorted(self.source.rglob("*.py")):
            parts = file.relative_to(self.source).with_suffix("").parts
            module = ".".join(part for part in parts if part != "__init__")
            for name in _defined(ast.parse(file.read_text("utf-8"))):
                found[name].append(module)
        return found


def _joined(module: str) -> str:
    return f"{NAME}.{module}" if module else NAME


def _defined(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found.update(target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return found
