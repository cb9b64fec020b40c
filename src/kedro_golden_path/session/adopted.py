"""Which parts of this package a project has adopted, as its settings say."""

from kedro.framework.project import settings

from .hooks import TrackingHooks


def tracks() -> bool:
    """Whether the project's runs are tracked."""
    return any(isinstance(hook, TrackingHooks) for hook in settings.HOOKS)
