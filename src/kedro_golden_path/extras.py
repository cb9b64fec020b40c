"""Optional packages, and how to install them."""

from importlib.util import find_spec

from .errors import GoldenPathError


def require(extra: str, what: str, *modules: str) -> None:
    """Fail if the packages of an extra are not installed; nothing is imported.

    Args:
        extra: The extra of kedro-golden-path.
        what: What needs it, to begin a sentence.
        *modules: The modules that tell whether it is installed.

    Raises:
        GoldenPathError: One of them is missing.
    """
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise GoldenPathError(
            f"{what} {', '.join(missing)}, which is not installed. Add it to the project's "
            f"environment: pip install 'kedro-golden-path[{extra}]'"
        )
