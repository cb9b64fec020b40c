"""Fit a challenger, compare it with the present champion, and decide which one to keep."""

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrameT
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from ..frames import KEY, lazy

METRICS = {
    "roc_auc": roc_auc_score,
    "average_precision": average_precision_score,
    "brier": brier_score_loss,
    "log_loss": log_loss,
}
LOWER_IS_BETTER = {"brier", "log_loss"}
# The share of a handful of flights says little, so this many average flights are added to them.
PRIOR_FLIGHTS = 10


def join_outcomes(features: IntoFrameT, outcomes: IntoFrameT) -> IntoFrameT:
    """Join features and outcomes of every flight that arrived.

    Args:
        features: One row per scheduled flight.
        outcomes: One row per scheduled flight.

    Returns:
        The features and `late` as boolean, one row per flight that arrived, ordered by key: what a
        model learns depends on the order of the rows, and not every engine keeps it.
    """
    arrived = lazy(outcomes).filter(~nw.col("late").is_null())
    labelled = (
        lazy(features)
        .join(arrived.select(*KEY, nw.col("late") == 1), on=KEY, how="inner")
        .sort(*KEY)
    )
    return nw.maybe_reset_index(labelled).to_native()


def fit_model(training_set: pd.DataFrame, model: Mapping[str, Any]) -> dict[str, Any]:
    """Fit gradient boosted trees that estimate the probability of arriving late.

    Args:
        training_set: One row per flight that arrived.
        model: `categories` and `numbers`, the columns to learn from, and `classifier`, the
            arguments of scikit-learn's `HistGradientBoostingClassifier`.

    Returns:
        `estimator`, the fitted scikit-learn pipeline, and `input_example`, five rows of its input.
    """
    columns = [*model["categories"], *model["numbers"]]
    # A category that the window never saw is treated like a missing one.
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    estimator = Pipeline(
        [
            (
                "columns",
                ColumnTransformer(
                    [
                        ("categories", encoder, list(model["categories"])),
                        ("numbers", "passthrough", list(model["numbers"])),
                    ]
                ),
            ),
            (
                "classifier",
                HistGradientBoostingClassifier(
                    categorical_features=list(range(len(model["categories"]))),
                    **model["classifier"],
                ),
            ),
        ]
    )
    estimator.fit(training_set[columns], training_set["late"])
    return {"estimator": estimator, "input_example": _most_complete(training_set[columns], 5)}


def fit_baseline(training_set: pd.DataFrame) -> dict[str, Any]:
    """Learn the share of late flights by carrier and scheduled hour.

    Args:
        training_set: One row per flight that arrived.

    Returns:
        `by_carrier_and_hour`, shares by keys such as "UA 17"; for pairs that are not in it,
        `by_hour` by keys such as "17"; and for all others `overall`.
    """
    overall = float(training_set["late"].mean())
    hour = _hour_label(training_set)
    pair = training_set["carrier"] + " " + hour
    return {
        "by_carrier_and_hour": _late_shares(training_set["late"], pair, overall),
        "by_hour": _late_shares(training_set["late"], hour, overall),
        "overall": overall,
    }


def predict_model(model: Mapping[str, Any], frame: pd.DataFrame) -> np.ndarray:
    """Return the probability of arriving late by a model.

    Args:
        model: A mapping with a fitted `estimator`.
        frame: Any frame with the columns that the estimator was fitted on.

    Returns:
        One probability for each row.
    """
    estimator = model["estimator"]
    return estimator.predict_proba(frame[list(estimator.feature_names_in_)])[:, 1]


def predict_baseline(baseline: Mapping[str, Any], frame: pd.DataFrame) -> np.ndarray:
    """Return the probability of arriving late by carrier and scheduled hour.

    Args:
        baseline: What `fit_baseline` returned.
        frame: Any frame with `carrier` and `hour`.

    Returns:
        One probability for each row.
    """
    hour = _hour_label(frame)
    by_pair = (frame["carrier"] + " " + hour).map(baseline["by_carrier_and_hour"])
    by_hour = hour.map(baseline["by_hour"])
    return by_pair.fillna(by_hour).fillna(baseline["overall"]).to_numpy(dtype=float)


def predict_all(
    evaluation_set: pd.DataFrame,
    challenger: Mapping[str, Any],
    incumbent: Mapping[str, Any],
    baseline: Mapping[str, Any],
) -> dict[str, np.ndarray]:
    """Return the probabilities of all models that are compared, by their role.

    Args:
        evaluation_set: One row per flight that arrived.
        challenger: The new model.
        incumbent: The present champion, empty if there is none.
        baseline: What `fit_baseline` returned.

    Returns:
        One array each for `challenger`, `incumbent` (only if there is one) and `baseline`.
    """
    models = {"challenger": challenger} | ({"incumbent": incumbent} if incumbent else {})
    predictions = {role: predict_model(model, evaluation_set) for role, model in models.items()}
    return predictions | {"baseline": predict_baseline(baseline, evaluation_set)}


def evaluate(
    evaluation_set: pd.DataFrame,
    challenger: Mapping[str, Any],
    incumbent: Mapping[str, Any],
    baseline: Mapping[str, Any],
    airlines: pd.DataFrame,
    evaluation: Mapping[str, Any],
) -> dict[str, Any]:
    """Measure challenger, incumbent and baseline on the same flights, overall and by carrier.

    Args:
        evaluation_set: One row per flight of one month that arrived.
        challenger: The new model, with its `version` and the `month` it was made for.
        incumbent: The present champion, likewise; empty if there is none.
        baseline: What `fit_baseline` returned.
        airlines: One row per carrier, with its name.
        evaluation: `minimum_flights`, below which a carrier is left out.

    Returns:
        `month`, `rows`, `late_share`; `carriers` and `left_out` with the name and number of flights
        of each carrier; and for each of `challenger`, `incumbent` (only if there is one) and
        `baseline` its `version`, `month`, `metrics` and metrics by carrier. Ready for JSON.

    Raises:
        ValueError: If the evaluation set is not of exactly one month.
    """
    months = evaluation_set["month"].unique()
    if len(months) != 1:
        raise ValueError(f"An evaluation is of one month, not of {sorted(months)}.")
    carriers = _describe_carriers(evaluation_set, airlines)
    left_out = _left_out(carriers, evaluation["minimum_flights"])
    measured = {code: about for code, about in carriers.items() if code not in left_out}
    predictions = predict_all(evaluation_set, challenger, incumbent, baseline)
    models = {"challenger": challenger, "incumbent": incumbent, "baseline": {}}
    return {
        "month": str(months[0]),
        "rows": len(evaluation_set),
        "late_share": float(evaluation_set["late"].mean()),
        "carriers": measured,
        "left_out": left_out,
    } | {
        role: {
            "version": models[role].get("version"),
            "month": models[role].get("month"),
            "metrics": _measure(evaluation_set["late"], probability),
            "carriers": _measure_carriers(evaluation_set, probability, list(measured)),
        }
        for role, probability in predictions.items()
    }


def evaluation_metrics(evaluation: Mapping[str, Any]) -> dict[str, float]:
    """Flatten an evaluation to one number per name, for experiment trackers.

    Args:
        evaluation: What `evaluate` returned.

    Returns:
        The challenger's figures without a prefix ("roc_auc", "carrier/UA/roc_auc"), all others
        with their role ("incumbent/roc_auc", "baseline/carrier/UA/roc_auc"), and "rows".
    """
    metrics = {"rows": float(evaluation["rows"]), "late_share": evaluation["late_share"]}
    for role in ("challenger", "incumbent", "baseline"):
        prefix = "" if role == "challenger" else f"{role}/"
        figures = evaluation.get(role, {"metrics": {}, "carriers": {}})
        metrics |= {f"{prefix}{name}": value for name, value in figures["metrics"].items()}
        metrics |= {
            f"{prefix}carrier/{carrier}/{name}": value
            for carrier, values in figures["carriers"].items()
            for name, value in values.items()
        }
    return metrics


def decide(evaluation: Mapping[str, Any], gate: Mapping[str, Any]) -> dict[str, Any]:
    """Decide whether the challenger becomes champion.

    It has to win by the margin, against the incumbent or, as long as there is none, against the
    baseline. An incumbent made for a later month may have been trained on the very flights that it
    is measured on; then every challenger is refused.

    Args:
        evaluation: What `evaluate` returned.
        gate: `metric`, the name of the figure to compare, and `margin`, by how much to win.

    Returns:
        `promote`, the `reason` in one sentence, and the figures, versions and month behind it.

    Raises:
        ValueError: If the metric is not one that `evaluate` measures.
    """
    metric, margin = gate["metric"], float(gate["margin"])
    if metric not in METRICS:
        raise ValueError(f"Unknown gate metric {metric!r}: choose from {', '.join(METRICS)}.")
    incumbent = evaluation.get("incumbent")
    challenger_figure = evaluation["challenger"]["metrics"][metric]
    reference_figure = (incumbent or evaluation["baseline"])["metrics"][metric]
    sign = -1 if metric in LOWER_IS_BETTER else 1
    gain = sign * (challenger_figure - reference_figure)
    decision = {
        "metric": metric,
        "margin": margin,
        "challenger": challenger_figure,
        "reference": reference_figure,
        "reference_is": "champion" if incumbent else "baseline",
        "challenger_version": evaluation["challenger"]["version"],
        "incumbent_version": incumbent["version"] if incumbent else None,
        "month": evaluation["month"],
    }
    if incumbent and incumbent["month"] > evaluation["month"]:
        reason = (
            f"Refused: the champion (version {incumbent['version']}) was made for "
            f"{incumbent['month']} and may have been trained on the flights of "
            f"{evaluation['month']}, so the comparison would not be fair."
        )
        return {"promote": False, "reason": reason} | decision
    # 0.815 - 0.81 is a little less than 0.005 in binary: a figure at the margin has won.
    promote = bool(round(gain, 12) >= margin)
    return {"promote": promote, "reason": _reason(promote, gain, decision)} | decision


def select_champion(
    challenger: Mapping[str, Any], gate_decision: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the model that becomes champion.

    Args:
        challenger: The new model.
        gate_decision: What `decide` returned.

    Returns:
        The challenger if it was promoted, otherwise an empty mapping: the champion stays.
    """
    return challenger if gate_decision["promote"] else {}


def _most_complete(frame: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The rows with the fewest nulls; a null would make its column optional in the signature."""
    nulls = frame.isna().sum(axis="columns").sort_values(kind="stable")
    return frame.loc[nulls.index[:rows]].reset_index(drop=True)


def _hour_label(frame: pd.DataFrame) -> pd.Series:
    return frame["hour"].astype("int64").astype("str")


def _late_shares(late: pd.Series, group: pd.Series, overall: float) -> dict[str, float]:
    flights = late.groupby(group).agg(["sum", "count"])
    shares = (flights["sum"] + PRIOR_FLIGHTS * overall) / (flights["count"] + PRIOR_FLIGHTS)
    return {str(name): float(share) for name, share in shares.items()}


def _describe_carriers(
    evaluation_set: pd.DataFrame, airlines: pd.DataFrame
) -> dict[str, dict[str, Any]]:
    names = airlines.set_index("carrier")["name"].to_dict()
    late = evaluation_set.groupby("carrier")["late"]
    flights, late_flights = late.count().to_dict(), late.sum().to_dict()
    return {
        str(code): {"name": names.get(code), "flights": int(n), "late": int(late_flights[code])}
        for code, n in flights.items()
    }


def _left_out(
    carriers: Mapping[str, dict[str, Any]], minimum_flights: int
) -> dict[str, dict[str, Any]]:
    """The carriers with too few flights, or with one outcome only, to be measured."""
    few = f"fewer than {minimum_flights} flights"
    left_out = {}
    for code, about in carriers.items():
        if about["flights"] < minimum_flights:
            left_out[code] = about | {"reason": few}
        elif about["late"] in (0, about["flights"]):
            left_out[code] = about | {"reason": "all flights late, or none"}
    return left_out


def _measure(late: pd.Series, probability: np.ndarray) -> dict[str, float]:
    return {name: float(metric(late, probability)) for name, metric in METRICS.items()}


def _measure_carriers(
    evaluation_set: pd.DataFrame, probability: np.ndarray, carriers: list[str]
) -> dict[str, dict[str, float]]:
    rows = {carrier: (evaluation_set["carrier"] == carrier).to_numpy() for carrier in carriers}
    late = evaluation_set["late"]
    return {carrier: _measure(late[mask], probability[mask]) for carrier, mask in rows.items()}


def _reason(promote: bool, gain: float, decision: Mapping[str, Any]) -> str:
    version = decision["incumbent_version"]
    reference = "the baseline" if version is None else f"the champion (version {version})"
    return (
        f"{'Promoted' if promote else 'Refused'}: on the flights of {decision['month']} the "
        f"challenger (version {decision['challenger_version']}) has {decision['metric']} "
        f"{decision['challenger']:.4f} and {reference} {decision['reference']:.4f}, "
        f"{'better' if gain >= 0 else 'worse'} by {abs(gain):.4f} where a gain of "
        f"{decision['margin']:.4f} is required."
    )
