"""What each threshold is called on the page where people change it."""

from collections.abc import Callable

from flask_babel import gettext as _

NAMES: dict[str, Callable[[], str]] = {
    "notice_score": lambda: _("Score from which a notice stands"),
    "suspect_score": lambda: _("Score from which a case is opened"),
    "crowd_parties": lambda: _("Parties that make a crowd"),
    "crowd_hours": lambda: _("Within how many hours"),
    "crowd_tail_percent": lambda: _("Stragglers forgiven, percent of the crowd"),
    "crowd_tail_days": lambda: _("For how many days"),
    "not_active_party_points": lambda: _("Points per party, before activation"),
    "ended_party_points": lambda: _("Points per party, after voiding or return"),
    "ended_grace_hours": lambda: _("Hours of grace after voiding"),
    "elsewhere_points": lambda: _("Points per unexpected province"),
    "after_acceptance_points": lambda: _("Points per other province"),
    "after_acceptance_days": lambda: _("Days after which new parties nearby count"),
    "after_acceptance_here_points": lambda: _("Points per new party nearby"),
    "travel_speed_km_h": lambda: _("Speed in km/h from which it counts"),
    "travel_slack_km": lambda: _("Kilometres taken off for the size of provinces"),
    "travel_points": lambda: _("Points per pair"),
    "parties_expected_unit": lambda: _("Usual parties of a plant"),
    "parties_expected_bundle": lambda: _("Usual parties of a bundle"),
    "parties_points": lambda: _("Points per further party"),
    "parties_points_blind": lambda: _("Points per further party where no province is known"),
    "provinces_in_week": lambda: _("Provinces within a week that count"),
    "provinces_points": lambda: _("Points for them"),
    "inner_wrong_free": lambda: _("Networks with wrong entries forgiven"),
    "inner_wrong_points": lambda: _("Points per further network with wrong entries"),
    "inner_twice_points": lambda: _("Points for a right entry by two parties"),
    "report_points": lambda: _("Points per stranger's report, one a network and a day"),
    "report_most_points": lambda: _("At most for strangers' reports"),
    "report_proven_points": lambda: _("Points per reporter who proves to hold the goods"),
    "neighbour_points": lambda: _("Points per doubtful neighbour"),
    "neighbour_most_points": lambda: _("At most"),
    "burst_slow_texts": lambda: _("Unknown texts in ten minutes until answers slow down"),
    "burst_wait_s": lambda: _("Seconds between answers then"),
    "burst_challenge_texts": lambda: _("Unknown texts until a question is asked"),
    "burst_case_texts": lambda: _("Unknown texts until a case is opened"),
    "inner_burst_notice": lambda: _("Codes with wrong entries from one network in a day, for a notice"),
    "inner_burst_case": lambda: _("The same, for a case"),
    "beyond_tries": lambda: _("Refused tries that count: lots and days"),
    "beyond_days": lambda: _("Within how many days"),
    "pace_percent": lambda: _("Percent of the quota used"),
    "pace_season_percent": lambda: _("Before this percent of the year"),
    "pace_sigmas_tenths": lambda: _("Or so far ahead of the others, tenths of a standard deviation"),
    "pace_least_peers": lambda: _("Others needed for the comparison"),
    "surfaced_least": lambda: _("Codes at least"),
    "surfaced_percent": lambda: _("Percent of what was sold there"),
    "surfaced_sigmas_tenths": lambda: _("Slack, tenths of a standard deviation"),
    "strange_least": lambda: _("Codes at least"),
    "strange_per_mille": lambda: _("Per mille of the active codes"),
    "strange_percent": lambda: _("Percent of the codes that came up away from home"),
    "delivery_percent": lambda: _("Share of one province that shows a delivery to a dealer, percent"),
    "odd_from_hour": lambda: _("Night begins, hour"),
    "odd_until_hour": lambda: _("Night ends, hour"),
    "odd_codes": lambda: _("Codes in one night"),
    "gap_percent": lambda: _("Gap in percent of what was sent"),
    "gap_least_plants": lambda: _("Gap in plants at least"),
}


def threshold_name(name: str) -> str:
    """The threshold in words."""
    return NAMES[name]()
