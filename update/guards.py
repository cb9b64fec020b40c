"""The guards of the plugin, from this checkout: whichever version the project has, or none."""

import runpy
from collections.abc import Callable
from pathlib import Path

_GUARDS = runpy.run_path(str(Path(__file__).parents[1] / "src/kedro_golden_path/guards.py"))

message: Callable[[str], str] = _GUARDS["message"]
without_credentials: Callable[[str], str] = _GUARDS["without_credentials"]
