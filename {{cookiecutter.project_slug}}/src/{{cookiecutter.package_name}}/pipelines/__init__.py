"""The pipelines of the project, one package each."""
