"""The numbers behind the alarm rules: data with a version, changed by a person, sealed. Pure.

The defaults are ours: `flask codes simulate --tune` chose those marked "tuned" on seeds that the published
table does not use; no published figure exists that could be taken over.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any


def threshold_field(default: int, rule: str, low: int, high: int) -> Any:
    """A threshold of `rule` with the range in which a person may set it."""
    return field(default=default, metadata={"rule": rule, "low": low, "high": high})


@dataclass(frozen=True)
class Thresholds:
    """Every number that a rule compares with; points add up to a score of at most 100."""

    notice_score: int = threshold_field(20, "levels", 1, 100)
    suspect_score: int = threshold_field(50, "levels", 2, 100)

    crowd_parties: int = threshold_field(6, "crowd", 3, 1000)
    crowd_hours: int = threshold_field(2, "crowd", 1, 72)
    crowd_tail_percent: int = threshold_field(5, "crowd", 0, 50)
    crowd_tail_days: int = threshold_field(10, "crowd", 0, 90)

    not_active_party_points: int = threshold_field(25, "not_active", 0, 100)
    ended_party_points: int = threshold_field(30, "not_active", 0, 100)
    ended_grace_hours: int = threshold_field(24, "not_active", 0, 720)

    elsewhere_points: int = threshold_field(15, "elsewhere", 0, 100)

    after_acceptance_points: int = threshold_field(15, "after_acceptance", 0, 100)
    after_acceptance_days: int = threshold_field(30, "after_acceptance", 0, 730)
    after_acceptance_here_points: int = threshold_field(4, "after_acceptance", 0, 100)

    travel_speed_km_h: int = threshold_field(300, "impossible_travel", 50, 2000)
    travel_slack_km: int = threshold_field(150, "impossible_travel", 0, 2000)
    travel_points: int = threshold_field(10, "impossible_travel", 0, 100)

    parties_expected_unit: int = threshold_field(3, "too_many", 1, 100)
    parties_expected_bundle: int = threshold_field(5, "too_many", 1, 500)
    parties_points: int = threshold_field(8, "too_many", 0, 100)
    parties_points_blind: int = threshold_field(25, "too_many", 0, 100)
    provinces_in_week: int = threshold_field(3, "too_many", 2, 34)
    provinces_points: int = threshold_field(10, "too_many", 0, 100)

    inner_wrong_free: int = threshold_field(2, "inner_code", 0, 20)
    inner_wrong_points: int = threshold_field(10, "inner_code", 0, 100)
    inner_twice_points: int = threshold_field(100, "inner_code", 0, 100)

    report_points: int = threshold_field(20, "reported", 0, 100)
    report_most_points: int = threshold_field(40, "reported", 0, 100)
    report_proven_points: int = threshold_field(30, "reported", 0, 100)
    neighbour_points: int = threshold_field(5, "neighbours", 0, 50)
    neighbour_most_points: int = threshold_field(15, "neighbours", 0, 100)

    burst_slow_texts: int = threshold_field(8, "unknown_burst", 2, 1000)
    burst_wait_s: int = threshold_field(5, "unknown_burst", 1, 120)
    burst_challenge_texts: int = threshold_field(20, "unknown_burst", 3, 5000)
    burst_case_texts: int = threshold_field(60, "unknown_burst", 5, 50_000)

    inner_burst_notice: int = threshold_field(5, "inner_burst", 2, 1000)
    inner_burst_case: int = threshold_field(10, "inner_burst", 3, 5000)

    beyond_tries: int = threshold_field(3, "beyond_balance", 1, 1000)
    beyond_days: int = threshold_field(7, "beyond_balance", 1, 366)

    pace_percent: int = threshold_field(95, "quota_pace", 10, 100)
    pace_season_percent: int = threshold_field(50, "quota_pace", 1, 100)
    pace_sigmas_tenths: int = threshold_field(30, "quota_pace", 10, 100)
    pace_least_peers: int = threshold_field(5, "quota_pace", 3, 1000)

    surfaced_least: int = threshold_field(16, "surfaced_unsold", 2, 10_000)
    surfaced_percent: int = threshold_field(100, "surfaced_unsold", 10, 1000)
    surfaced_sigmas_tenths: int = threshold_field(30, "surfaced_unsold", 0, 100)

    strange_least: int = threshold_field(5, "surfaced_where_not_sold", 2, 10_000)
    strange_per_mille: int = threshold_field(15, "surfaced_where_not_sold", 1, 1000)
    strange_percent: int = threshold_field(25, "surfaced_where_not_sold", 1, 100)
    delivery_percent: int = threshold_field(40, "surfaced_where_not_sold", 10, 100)

    odd_from_hour: int = threshold_field(23, "odd_hours", 0, 23)
    odd_until_hour: int = threshold_field(5, "odd_hours", 0, 23)
    odd_codes: int = threshold_field(200, "odd_hours", 1, 1_000_000)

    gap_percent: int = threshold_field(10, "sales_gap", 1, 100)
    gap_least_plants: int = threshold_field(100, "sales_gap", 1, 1_000_000)

    def as_values(self) -> dict[str, int]:
        """Plain numbers by name, as they are kept and sealed."""
        return asdict(self)


DEFAULTS = Thresholds()


@dataclass(frozen=True)
class VersionedThresholds:
    """Thresholds and the version that a decision cites; version 1 are the defaults."""

    version: int
    values: Thresholds


def thresholds_from(values: Mapping[str, int]) -> Thresholds:
    """Kept numbers as thresholds; a number that was added to the rules since then has its default."""
    known = {threshold.name for threshold in fields(Thresholds)}
    return replace(DEFAULTS, **{name: int(value) for name, value in values.items() if name in known})


def problems_of(values: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """The numbers outside their range, with the range; also a suspect score that is not above the notice's, or
    within the reach of strangers' reports.
    """
    wrong = {
        threshold.name: (threshold.metadata["low"], threshold.metadata["high"])
        for threshold in fields(Thresholds)
        if threshold.name in values
        and not threshold.metadata["low"] <= values[threshold.name] <= threshold.metadata["high"]
    }
    merged = {**DEFAULTS.as_values(), **values}
    if merged["suspect_score"] <= merged["notice_score"]:
        wrong.setdefault("suspect_score", (merged["notice_score"] + 1, 100))
    if merged["report_most_points"] >= merged["suspect_score"]:
        wrong.setdefault("report_most_points", (0, merged["suspect_score"] - 1))
    return wrong


def names_by_rule() -> dict[str, list[str]]:
    """The names of the thresholds under their rules, in the order of the table."""
    names: dict[str, list[str]] = {}
    for threshold in fields(Thresholds):
        names.setdefault(threshold.metadata["rule"], []).append(threshold.name)
    return names


def range_of(name: str) -> tuple[int, int]:
    """The smallest and largest value that a person may set."""
    threshold = next(candidate for candidate in fields(Thresholds) if candidate.name == name)
    return threshold.metadata["low"], threshold.metadata["high"]
