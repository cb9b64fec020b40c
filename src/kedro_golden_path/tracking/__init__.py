"""All that is written to MLflow about a run: its names, its store, its reports."""
