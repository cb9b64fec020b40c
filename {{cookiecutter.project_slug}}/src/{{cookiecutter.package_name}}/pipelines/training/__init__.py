"""Fit, evaluate and select a model."""

from .pipeline import create_pipeline

__all__ = ["create_pipeline"]
