import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from {{ cookiecutter.package_name }}.pipelines import training as training_pipeline
from {{ cookiecutter.package_name }}.pipelines.training.nodes import (
    decide,
    evaluate,
    evaluation_metrics,
    fit_baseline,
    fit_model,
    join_outcomes,
    predict_baseline,
    predict_model,
    select_champion,
)

MODEL = {
    "categories": ["carrier"],
    "numbers": ["hour", "temp"],
    "classifier": {"max_iter": 20, "random_state": 0},
}
FEW = {"minimum_flights": 10}
GATE = {"metric": "roc_auc", "margin": 0.005}


def a_model(estimator: Any, version: int, month: str) -> dict[str, Any]:
    return {"estimator": estimator, "version": version, "month": month, "run_id": "run"}


@pytest.fixture
def compared(labelled: pd.DataFrame, oracle: Callable[[str], Any]) -> dict[str, Any]:
    """A challenger that is always right, an incumbent that is always wrong, and a baseline."""
    evaluation_set = labelled.assign(right=labelled["late"] * 0.8 + 0.1, wrong=~labelled["late"])
    return {
        "evaluation_set": evaluation_set,
        "challenger": a_model(oracle("right"), 3, "2013-04"),
        "incumbent": a_model(oracle("wrong"), 2, "2013-03"),
        "baseline": fit_baseline(labelled),
    }


def figures(version: int | None, month: str | None, roc_auc: float) -> dict[str, Any]:
    # For Brier's score lower is better: it follows the AUC upside down.
    return {
        "version": version,
        "month": month,
        "metrics": {"roc_auc": roc_auc, "brier": 1 - roc_auc},
    }


def an_evaluation(
    challenger: float, incumbent: float | None, baseline: float, incumbent_month: str = "2013-05"
) -> dict[str, Any]:
    evaluation = {
        "month": "2013-06",
        "challenger": figures(3, "2013-06", challenger),
        "baseline": figures(None, None, baseline),
    }
    if incumbent is None:
        return evaluation
    return evaluation | {"incumbent": figures(2, incumbent_month, incumbent)}


def flights(numbers: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {"scheduled_hour": pd.Timestamp("2013-04-07T10Z"), "carrier": "UA", "flight": numbers}
    )


class TestJoinOutcomes:
    def test_flights_that_never_arrived_are_dropped(self) -> None:
        features = flights([1, 2, 3]).assign(hour=[6.0, 7.0, 8.0])
        outcomes = flights([1, 2, 3]).assign(late=[0.0, np.nan, 1.0])

        joined = join_outcomes(features, outcomes)

        assert joined["flight"].tolist() == [1, 3]
        assert joined["late"].tolist() == [False, True]
        assert joined["late"].dtype == bool

    def test_the_order_of_the_rows_makes_no_difference(self) -> None:
        features = flights([1, 2, 3]).assign(hour=[6.0, 7.0, 8.0])
        outcomes = flights([3, 1, 2]).assign(late=[1.0, 0.0, 0.0])

        pd.testing.assert_frame_equal(
            join_outcomes(features, outcomes),
            join_outcomes(features.iloc[::-1], outcomes.iloc[::-1]),
        )

    def test_columns_of_the_outcomes_other_than_late_stay_out(self) -> None:
        features = flights([1]).assign(hour=6.0)
        outcomes = flights([1]).assign(arr_delay=60.0, cancelled=False, late=1.0)

        assert list(join_outcomes(features, outcomes)) == [*features, "late"]


class TestFitModel:
    def test_the_model_learns(self, labelled: pd.DataFrame) -> None:
        model = fit_model(labelled.iloc[:700], MODEL)
        unseen = labelled.iloc[700:]

        assert roc_auc_score(unseen["late"], predict_model(model, unseen)) > 0.75

    def test_the_same_data_give_the_same_model(self, labelled: pd.DataFrame) -> None:
        first, second = fit_model(labelled, MODEL), fit_model(labelled, MODEL)

        np.testing.assert_array_equal(
            predict_model(first, labelled), predict_model(second, labelled)
        )

    def test_it_learns_from_the_chosen_columns_only(self, labelled: pd.DataFrame) -> None:
        model = fit_model(labelled, MODEL)

        assert list(model["estimator"].feature_names_in_) == ["carrier", "hour", "temp"]

    def test_an_unknown_carrier_and_missing_numbers_are_no_obstacle(
        self, labelled: pd.DataFrame
    ) -> None:
        model = fit_model(labelled, MODEL)
        stranger = pd.DataFrame({"carrier": ["??"], "hour": [np.nan], "temp": [np.nan]})

        assert 0 < predict_model(model, stranger)[0] < 1

    def test_the_input_example_is_five_complete_rows(self, labelled: pd.DataFrame) -> None:
        example = fit_model(labelled, MODEL)["input_example"]

        assert labelled["temp"].head(5).isna().any()
        assert list(example) == ["carrier", "hour", "temp"]
        assert len(example) == 5
        assert example.notna().all(axis=None)


class TestBaseline:
    @pytest.fixture
    def baseline(self) -> dict[str, Any]:
        """UA is late at 6 and not at 7, AA flies at 6 only and is not late."""
        carriers = ["UA"] * 20 + ["AA"] * 20
        hours = [6.0] * 10 + [7.0] * 10 + [6.0] * 20
        late = [True] * 10 + [False] * 30
        return fit_baseline(pd.DataFrame({"carrier": carriers, "hour": hours, "late": late}))

    @pytest.mark.parametrize(
        ("carrier", "hour", "expected"),
        [
            # Ten average flights, a quarter of them late, are counted with each share.
            pytest.param("UA", 6.0, (10 + 2.5) / 20, id="known-pair"),
            pytest.param("ZZ", 6.0, (10 + 2.5) / 40, id="share-of-the-hour"),
            pytest.param("AA", 7.0, 2.5 / 20, id="pair-that-never-was"),
            pytest.param("UA", 23.0, 0.25, id="overall"),
        ],
    )
    def test_unseen_pairs_fall_back(
        self, baseline: dict[str, Any], carrier: str, hour: float, expected: float
    ) -> None:
        frame = pd.DataFrame({"carrier": [carrier], "hour": [hour]})

        assert predict_baseline(baseline, frame) == pytest.approx([expected])

    def test_it_survives_json(self, baseline: dict[str, Any]) -> None:
        frame = pd.DataFrame({"carrier": ["UA", "ZZ"], "hour": [6.0, 23.0]})

        np.testing.assert_array_equal(
            predict_baseline(json.loads(json.dumps(baseline)), frame),
            predict_baseline(baseline, frame),
        )


class TestEvaluate:
    def test_everything_is_measured_on_the_same_flights(
        self, compared: dict[str, Any], airlines: pd.DataFrame
    ) -> None:
        evaluation = evaluate(**compared, airlines=airlines, evaluation=FEW)

        assert evaluation["month"] == "2013-04"
        assert evaluation["rows"] == 1_000
        assert evaluation["challenger"]["metrics"]["roc_auc"] == 1
        assert evaluation["challenger"]["metrics"]["brier"] == pytest.approx(0.01)
        assert evaluation["incumbent"]["metrics"]["roc_auc"] == 0
        assert 0.6 < evaluation["baseline"]["metrics"]["roc_auc"] < 1

    def test_versions_and_months_are_kept(
        self, compared: dict[str, Any], airlines: pd.DataFrame
    ) -> None:
        evaluation = evaluate(**compared, airlines=airlines, evaluation=FEW)

        assert evaluation["challenger"].items() >= {"version": 3, "month": "2013-04"}.items()
        assert evaluation["incumbent"].items() >= {"version": 2, "month": "2013-03"}.items()

    def test_carriers_have_names_and_figures_of_their_own(
        self, compared: dict[str, Any], airlines: pd.DataFrame
    ) -> None:
        frame = compared["evaluation_set"]
        compared["evaluation_set"] = frame.assign(
            right=frame["right"].where(frame["carrier"] == "AA", 1 - frame["right"])
        )
        evaluation = evaluate(**compared, airlines=airlines, evaluation=FEW)

        assert evaluation["carriers"]["ZZ"]["name"] == "Zigzag"
        assert evaluation["challenger"]["carriers"]["AA"]["roc_auc"] == 1
        assert evaluation["challenger"]["carriers"]["ZZ"]["roc_auc"] == 0

    @pytest.mark.parametrize(
        ("late", "minimum", "reason"),
        [
            pytest.param([True, False], 3, "fewer than 3 flights", id="few"),
            pytest.param([True, True], 2, "all flights late, or none", id="all-late"),
            pytest.param([False, False], 2, "all flights late, or none", id="none-late"),
        ],
    )
    def test_carriers_that_cannot_be_measured_are_left_out_visibly(
        self,
        compared: dict[str, Any],
        airlines: pd.DataFrame,
        late: list[bool],
        minimum: int,
        reason: str,
    ) -> None:
        odd = pd.DataFrame(
            {"carrier": "QQ", "month": "2013-04", "hour": 6.0, "late": late, "right": 0.5}
        ).assign(wrong=0.5)
        compared["evaluation_set"] = pd.concat([compared["evaluation_set"], odd])

        evaluation = evaluate(
            **compared, airlines=airlines, evaluation={"minimum_flights": minimum}
        )

        assert evaluation["left_out"]["QQ"] == {
            "name": None,
            "flights": 2,
            "late": sum(late),
            "reason": reason,
        }
        assert "QQ" not in evaluation["carriers"]
        assert "QQ" not in evaluation["challenger"]["carriers"]
        assert evaluation["rows"] == 1_002

    def test_without_an_incumbent_there_is_none_in_the_evaluation(
        self, compared: dict[str, Any], airlines: pd.DataFrame
    ) -> None:
        evaluation = evaluate(**compared | {"incumbent": {}}, airlines=airlines, evaluation=FEW)

        assert "incumbent" not in evaluation

    def test_it_is_ready_for_json(self, compared: dict[str, Any], airlines: pd.DataFrame) -> None:
        evaluation = evaluate(**compared, airlines=airlines, evaluation=FEW)

        assert json.loads(json.dumps(evaluation, allow_nan=False)) == evaluation

    def test_two_months_are_refused(self, compared: dict[str, Any], airlines: pd.DataFrame) -> None:
        frame = compared["evaluation_set"]
        compared["evaluation_set"] = pd.concat([frame, frame.assign(month="2013-05")])

        with pytest.raises(ValueError, match=r"2013-04.*2013-05"):
            evaluate(**compared, airlines=airlines, evaluation=FEW)


class TestEvaluationMetrics:
    def test_only_the_challenger_goes_without_a_prefix(
        self, compared: dict[str, Any], airlines: pd.DataFrame
    ) -> None:
        evaluation = evaluate(**compared, airlines=airlines, evaluation=FEW)
        metrics = evaluation_metrics(evaluation)

        assert metrics["roc_auc"] == evaluation["challenger"]["metrics"]["roc_auc"]
        assert metrics["incumbent/brier"] == evaluation["incumbent"]["metrics"]["brier"]
        assert (
            metrics["baseline/carrier/ZZ/log_loss"]
            == evaluation["baseline"]["carriers"]["ZZ"]["log_loss"]
        )
        assert all(type(value) is float for value in metrics.values())
        # rows, late_share, and four figures of three models overall and for two carriers
        assert len(metrics) == 2 + 4 * 3 * 3

    def test_without_an_incumbent_there_are_no_figures_of_it(
        self, compared: dict[str, Any], airlines: pd.DataFrame
    ) -> None:
        evaluation = evaluate(**compared | {"incumbent": {}}, airlines=airlines, evaluation=FEW)

        assert not [name for name in evaluation_metrics(evaluation) if "incumbent" in name]


class TestDecide:
    @pytest.mark.parametrize("metric", ["roc_auc", "brier"])
    @pytest.mark.parametrize(
        ("challenger", "incumbent", "baseline", "promote"),
        [
            pytest.param(0.71, 0.70, 0.60, True, id="beats-the-champion"),
            pytest.param(0.704, 0.70, 0.60, False, id="better-by-too-little"),
            pytest.param(0.815, 0.81, 0.60, True, id="better-by-just-the-margin"),
            pytest.param(0.69, 0.70, 0.60, False, id="worse-than-the-champion"),
            pytest.param(0.71, None, 0.70, True, id="first-beats-the-baseline"),
            pytest.param(0.70, None, 0.70, False, id="first-does-not-beat-the-baseline"),
            pytest.param(float("nan"), 0.70, 0.60, False, id="not-a-number"),
        ],
    )
    def test_the_challenger_has_to_win_by_the_margin(
        self,
        metric: str,
        challenger: float,
        incumbent: float | None,
        baseline: float,
        promote: bool,
    ) -> None:
        gate = GATE | {"metric": metric}
        decision = decide(an_evaluation(challenger, incumbent, baseline), gate)

        assert decision["promote"] is promote

    def test_the_reason_tells_figures_and_versions(self) -> None:
        decision = decide(an_evaluation(0.745, 0.709, 0.6), GATE)

        assert decision["reason"] == (
            "Promoted: on the flights of 2013-06 the challenger (version 3) has roc_auc 0.7450 and "
            "the champion (version 2) 0.7090, better by 0.0360 where a gain of 0.0050 is required."
        )

    def test_the_decision_has_everything_it_is_based_on(self) -> None:
        decision = decide(an_evaluation(0.745, None, 0.7), GATE)

        assert "the baseline 0.7000" in decision.pop("reason")
        assert decision == {
            "promote": True,
            "metric": "roc_auc",
            "margin": 0.005,
            "challenger": 0.745,
            "reference": 0.7,
            "reference_is": "baseline",
            "challenger_version": 3,
            "incumbent_version": None,
            "month": "2013-06",
        }

    def test_a_champion_of_a_later_month_is_no_fair_reference(self) -> None:
        evaluation = an_evaluation(0.9, 0.7, 0.6, incumbent_month="2013-07")
        decision = decide(evaluation, GATE)

        assert decision["promote"] is False
        assert "made for 2013-07" in decision["reason"]
        assert "not be fair" in decision["reason"]

    def test_a_champion_of_the_same_month_is_fair(self) -> None:
        evaluation = an_evaluation(0.9, 0.7, 0.6, incumbent_month="2013-06")

        assert decide(evaluation, GATE)["promote"] is True

    def test_an_unknown_metric_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"'auc'.*roc_auc"):
            decide(an_evaluation(0.9, 0.7, 0.6), GATE | {"metric": "auc"})


@pytest.mark.parametrize(("promote", "champion"), [(True, {"version": 3}), (False, {})])
def test_only_a_challenger_that_is_promoted_becomes_champion(
    promote: bool, champion: dict[str, Any]
) -> None:
    assert select_champion({"version": 3}, {"promote": promote}) == champion


def test_history_goes_through_the_same_functions_as_the_month() -> None:
    pipeline = training_pipeline.create_pipeline()

    assert pipeline.inputs() == {
        *("history.flights_raw", "weather", "planes", "airports", "airlines"),
        *("features", "outcomes", "incumbent"),
        *("params:model", "params:evaluation", "params:gate", "params:importance"),
    }
    assert {"history.schedule", "history.outcomes", "history.features"} <= pipeline.datasets()
