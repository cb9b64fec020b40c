"""Models in MLflow's registry: logged, registered, judged, promoted, loaded."""

from ..extras import require

require("mlflow", "Models need", "mlflow", "skops", "kedro_datasets")
