"""The package of the project."""
