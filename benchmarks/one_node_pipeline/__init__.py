"""A pipeline of one trivial node."""

from .pipeline import create_pipeline

__all__ = ["create_pipeline"]
