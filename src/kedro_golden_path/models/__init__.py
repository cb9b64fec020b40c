"""Models in MLflow's registry: logged, registered, judged, promoted, loaded."""
