"""Rules, alarms and thresholds in plain words."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from branch import api as branch
from traceability.alarms.queries.records import AlarmView, StepView
from traceability.alarms.rules.facts import Alert
from traceability.alarms.states import AlarmState, AlarmStep, AlarmSubject

Figures = Mapping[str, Any]
RULES: dict[str, Callable[[], str]] = {
    "levels": lambda: _("From score to alarm"),
    "crowd": lambda: _("Crowds before a screen"),
    "not_active": lambda: _("Code not in use"),
    "elsewhere": lambda: _("Not where it was sent"),
    "after_acceptance": lambda: _("After acceptance"),
    "impossible_travel": lambda: _("Faster than any plant"),
    "too_many": lambda: _("Too many people or provinces"),
    "inner_code": lambda: _("Inner code"),
    "reported": lambda: _("Reported by people"),
    "neighbours": lambda: _("Neighbours in the batch"),
    "unknown_burst": lambda: _("Trying numbers"),
    "inner_burst": lambda: _("Trying inner codes"),
    "beyond_balance": lambda: _("Beyond the quota"),
    "quota_pace": lambda: _("Quota used too fast"),
    "surfaced_unsold": lambda: _("More seen than sold"),
    "surfaced_where_not_sold": lambda: _("Seen where nothing was sold"),
    "sales_gap": lambda: _("Sent, but no sale on record"),
    "odd_hours": lambda: _("Activated at night"),
}


def rule_name(rule: str) -> str:
    """The rule in a few words."""
    return RULES[rule]() if rule in RULES else rule


def finding_text(rule: str, figures: dict[str, Any]) -> str:
    """What the rule saw, as a sentence for staff; a figure that an old finding lacks is nothing."""
    return SENTENCES[rule](defaultdict(int, figures)) if rule in SENTENCES else rule


def _elsewhere(n: Figures) -> str:
    if n["destination"]:
        return _(
            "Sent to %(destination)s, but looked up by %(parties)s parties in: %(provinces)s.",
            destination=n["destination"],
            parties=n["parties"],
            provinces=n["provinces"],
        )
    return _(
        "Not sold by an order here, and looked up in several provinces: %(provinces)s.",
        provinces=n["provinces"],
    )


def _beyond_balance(n: Figures) -> str:
    if n["tries"]:
        return _(
            "Activations beyond land or lot were refused %(tries)s times within days, for %(plants)s plants.",
            tries=n["tries"],
            plants=n["plants"],
        )
    return _("%(n)s plants more are active than the quota allows.", n=n["over"])


SENTENCES: dict[str, Callable[[Figures], str]] = {
    "not_active": lambda n: _("The code is not in use, but %(n)s parties looked it up.", n=n["parties"]),
    "elsewhere": _elsewhere,
    "after_acceptance": lambda n: _(
        "The buyer had accepted; afterwards %(away)s parties elsewhere and %(late)s new ones nearby looked it up.",
        away=n["away"],
        late=n["late"],
    ),
    "impossible_travel": lambda n: _(
        "%(n)s pairs of look-ups lie so far apart that a plant would have travelled %(speed)s km/h.",
        n=n["pairs"],
        speed=n["speed_km_h"],
    ),
    "too_many": lambda n: _(
        "Looked up by %(parties)s parties, where %(expected)s are usual; up to %(provinces)s provinces within a week.",
        parties=n["parties"],
        expected=n["expected"],
        provinces=n["provinces_in_a_week"],
    ),
    "inner_code": lambda n: _(
        "Inner code entered wrongly %(wrong)s times from %(networks)s networks; entered rightly by %(right)s parties.",
        wrong=n["wrong"],
        networks=n["wrong_networks"],
        right=n["right_parties"],
    ),
    "reported": lambda n: _(
        "%(n)s reports about this code, from %(networks)s networks on %(days)s days; %(proven)s reporters proved to hold the goods.",
        n=n["reports"],
        networks=n["networks"],
        days=n["days"],
        proven=n["proven"],
    ),
    "neighbours": lambda n: _("%(n)s other codes of the same batch are doubtful too.", n=n["codes"]),
    "unknown_burst": lambda n: _(
        "One network asked for %(n)s texts that are no code, within ten minutes.", n=n["texts"]
    ),
    "inner_burst": lambda n: _(
        "One network entered wrong inner codes for %(n)s labels within a day.", n=n["codes"]
    ),
    "beyond_balance": _beyond_balance,
    "quota_pace": lambda n: _(
        "%(used)s%% of the quota is used after %(season)s%% of the year.",
        used=n["used_percent"],
        season=n["season_percent"],
    ),
    "surfaced_unsold": lambda n: _(
        "%(codes)s active codes came up away from home, where only %(sold)s were sold.",
        codes=n["codes"],
        sold=n["sold"],
    ),
    "surfaced_where_not_sold": lambda n: _(
        "%(codes)s active codes came up in provinces with no sale on record: %(provinces)s.",
        codes=n["codes"],
        provinces=n["provinces"],
    ),
    "sales_gap": lambda n: _(
        "%(sent)s plants left with codes, but the ledger knows %(sold)s plants as sold.",
        sent=n["sent"],
        sold=n["sold"],
    ),
    "odd_hours": lambda n: _("%(n)s codes were activated in the dead of one night.", n=n["codes"]),
}


def level_name(alarm: AlarmView) -> str:
    """Notice, suspect or confirmed; only a case's two persons confirm."""
    if alarm.is_confirmed:
        return _("confirmed by two persons")
    return _("suspect") if alarm.alert == Alert.SUSPECT else _("notice")


def level_tone(alarm: AlarmView) -> str:
    """How the level's pill looks."""
    if alarm.state is AlarmState.CLEARED:
        return "plain"
    return "bad" if alarm.is_confirmed or alarm.alert == Alert.SUSPECT else "warn"


def state_name(state: AlarmState) -> str:
    """Where the alarm stands."""
    return {
        AlarmState.OPEN: _("not decided"),
        AlarmState.DOUBTED: _("code's page warns"),
        AlarmState.CLEARED: _("cleared"),
    }[state]


def step_name(step: AlarmStep) -> str:
    """A step in the history."""
    return {
        AlarmStep.DOUBT: _("A person had the code's page warn"),
        AlarmStep.CLEAR: _("A person cleared it"),
        AlarmStep.REOPEN: _("The rules found something new"),
    }[step]


def taken_by(steps: Sequence[StepView]) -> list[str]:
    """Who took each step, with the roles that the person holds now; empty where the rules did it."""
    roles_by_account = branch.roles_of(step.by_account_id for step in steps if step.by_account_id is not None)
    roles = {
        account_id: ", ".join(dict.fromkeys(str(branch.ROLE_NAMES[role.role]) for role in own))
        for account_id, own in roles_by_account.items()
    }
    return [
        step.by
        + (_(" (%(roles)s)", roles=role_names) if (role_names := roles.get(step.by_account_id or 0)) else "")
        for step in steps
    ]


def subject_words(alarm: AlarmView) -> str:
    """What the alarm is about."""
    if alarm.subject is AlarmSubject.CODE:
        return _("code %(label)s", label=alarm.code_label)
    if alarm.subject is AlarmSubject.GROWER:
        return alarm.grower_name or ""
    return _("a network that tries numbers")
