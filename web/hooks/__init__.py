"""Where helpdesks push: proven, on disk, and only then answered."""

from web.hooks.views import hooks

__all__ = ["hooks"]
