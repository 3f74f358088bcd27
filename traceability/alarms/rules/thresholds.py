"""The numbers behind the alarm rules: data with a version, changed by a person, sealed. Pure.

The defaults are ours: `flask codes simulate --tune` chose those marked "tuned" on seeds that the published
table does not use; no published figure exists that could be taken over.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any


def number(default: int, rule: str, low: int, high: int) -> Any:
    """A threshold of `rule` with the range in which a person may set it."""
    return field(default=default, metadata={"rule": rule, "low": low, "high": high})


@dataclass(frozen=True)
class Thresholds:
    """Every number that a rule compares with; points add up to a score of at most 100."""

    notice_score: int = number(20, "levels", 1, 100)
    suspect_score: int = number(50, "levels", 2, 100)

    crowd_parties: int = number(6, "crowd", 3, 1000)
    crowd_hours: int = number(2, "crowd", 1, 72)
    crowd_tail_percent: int = number(5, "crowd", 0, 50)
    crowd_tail_days: int = number(10, "crowd", 0, 90)

    not_active_party_points: int = number(25, "not_active", 0, 100)
    ended_party_points: int = number(30, "not_active", 0, 100)
    ended_grace_hours: int = number(24, "not_active", 0, 720)

    elsewhere_points: int = number(15, "elsewhere", 0, 100)

    after_acceptance_points: int = number(15, "after_acceptance", 0, 100)
    after_acceptance_days: int = number(30, "after_acceptance", 0, 730)
    after_acceptance_here_points: int = number(4, "after_acceptance", 0, 100)

    travel_speed_km_h: int = number(300, "impossible_travel", 50, 2000)
    travel_slack_km: int = number(150, "impossible_travel", 0, 2000)
    travel_points: int = number(10, "impossible_travel", 0, 100)

    parties_expected_unit: int = number(3, "too_many", 1, 100)
    parties_expected_bundle: int = number(5, "too_many", 1, 500)
    parties_points: int = number(8, "too_many", 0, 100)
    parties_points_blind: int = number(25, "too_many", 0, 100)
    provinces_in_week: int = number(3, "too_many", 2, 34)
    provinces_points: int = number(10, "too_many", 0, 100)

    inner_wrong_free: int = number(2, "inner_code", 0, 20)
    inner_wrong_points: int = number(10, "inner_code", 0, 100)
    inner_twice_points: int = number(100, "inner_code", 0, 100)

    report_points: int = number(20, "reported", 0, 100)
    report_most_points: int = number(40, "reported", 0, 100)
    report_proven_points: int = number(30, "reported", 0, 100)
    neighbour_points: int = number(5, "neighbours", 0, 50)
    neighbour_most_points: int = number(15, "neighbours", 0, 100)

    burst_slow_texts: int = number(8, "unknown_burst", 2, 1000)
    burst_wait_s: int = number(5, "unknown_burst", 1, 120)
    burst_challenge_texts: int = number(20, "unknown_burst", 3, 5000)
    burst_case_texts: int = number(60, "unknown_burst", 5, 50_000)

    inner_burst_notice: int = number(5, "inner_burst", 2, 1000)
    inner_burst_case: int = number(10, "inner_burst", 3, 5000)

    beyond_tries: int = number(3, "beyond_balance", 1, 1000)
    beyond_days: int = number(7, "beyond_balance", 1, 366)

    pace_percent: int = number(95, "quota_pace", 10, 100)
    pace_season_percent: int = number(50, "quota_pace", 1, 100)
    pace_sigmas_tenths: int = number(30, "quota_pace", 10, 100)
    pace_least_peers: int = number(5, "quota_pace", 3, 1000)

    surfaced_least: int = number(16, "surfaced_unsold", 2, 10_000)
    surfaced_percent: int = number(100, "surfaced_unsold", 10, 1000)
    surfaced_sigmas_tenths: int = number(30, "surfaced_unsold", 0, 100)

    strange_least: int = number(5, "surfaced_where_not_sold", 2, 10_000)
    strange_per_mille: int = number(15, "surfaced_where_not_sold", 1, 1000)
    strange_percent: int = number(25, "surfaced_where_not_sold", 1, 100)
    delivery_percent: int = number(40, "surfaced_where_not_sold", 10, 100)

    odd_from_hour: int = number(23, "odd_hours", 0, 23)
    odd_until_hour: int = number(5, "odd_hours", 0, 23)
    odd_codes: int = number(200, "odd_hours", 1, 1_000_000)

    gap_percent: int = number(10, "sales_gap", 1, 100)
    gap_least_plants: int = number(100, "sales_gap", 1, 1_000_000)

    def as_values(self) -> dict[str, int]:
        """Plain numbers by name, as they are kept and sealed."""
        return asdict(self)


DEFAULTS = Thresholds()


@dataclass(frozen=True)
class Versioned:
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


def by_rule() -> dict[str, list[str]]:
    """The names of the thresholds under their rules, in the order of the table."""
    names: dict[str, list[str]] = {}
    for threshold in fields(Thresholds):
        names.setdefault(threshold.metadata["rule"], []).append(threshold.name)
    return names


def range_of(name: str) -> tuple[int, int]:
    """The smallest and largest value that a person may set."""
    threshold = next(candidate for candidate in fields(Thresholds) if candidate.name == name)
    return threshold.metadata["low"], threshold.metadata["high"]
