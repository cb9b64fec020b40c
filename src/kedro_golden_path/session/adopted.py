"""The parts of this package that a project has adopted, according to its settings."""

from kedro.framework.project import settings

from .hooks import TrackingHooks


def tracks() -> bool:
    """Whether the project's runs are tracked."""
    return any(isinstance(hook, TrackingHooks) for hook in settings.HOOKS)
