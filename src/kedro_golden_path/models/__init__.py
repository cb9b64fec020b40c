"""Models in MLflow's registry: datasets, aliases, gate decisions."""

from ..extras import require

require("mlflow", "Models need", "mlflow", "skops", "kedro_datasets")
