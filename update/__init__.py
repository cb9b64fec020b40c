"""Bring a project to a later release of this template."""
