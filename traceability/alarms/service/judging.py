"""Judging codes, networks and licensees; the thresholds in force; what a person does with an alarm.

Rows join the caller's transaction; nothing here commits. Judging the same facts again changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from branch import api as branch
from core.clock import local_year
from core.database import locked, session
from core.errors import Conflict, Invalid, NotFound
from core.ids import readable_number
from core.transitions import StateMachine, require_reason
from traceability.alarms.models import sealing
from traceability.alarms.models.tables import Alarm, AlarmChange, AlarmFinding, AlarmMark, RuleThresholds
from traceability.alarms.queries.code_facts import (
    bursting_networks,
    codes_looked_up,
    codes_tried_or_reported,
    facts_of_codes,
)
from traceability.alarms.rules.facts import Alert, Finding, LicenseeFacts, NetworkFacts
from traceability.alarms.rules.judging import alert_of, judge_code, score_of
from traceability.alarms.rules.judging import judge_network as rules_of_network
from traceability.alarms.rules.licensees import judge_licensee
from traceability.alarms.rules.thresholds import DEFAULTS, VersionedThresholds, problems_of, thresholds_from
from traceability.alarms.states import TRANSITIONS, AlarmState, AlarmStep, AlarmSubject
from traceability.cases.rules.evidence import Evidence
from traceability.cases.service.opening import open_case
from traceability.cases.states import Origin, Subject
from traceability.codes.models.tables import Code

FIRST_VERSION = 1
RECENT = "recent"
# Rows that were being written when the sweep last read carry times a little older than its mark.
OVERLAP = timedelta(minutes=1)
LONGEST_BACK = timedelta(days=3)


def read_thresholds() -> VersionedThresholds:
    """The newest version, for who only looks; before the first is on record, the defaults, which will be that."""
    row = _newest()
    return (
        VersionedThresholds(row.version, thresholds_from(row.values))
        if row
        else VersionedThresholds(FIRST_VERSION, DEFAULTS)
    )


def _newest() -> RuleThresholds | None:
    return session.scalar(select(RuleThresholds).order_by(RuleThresholds.version.desc()).limit(1))


def thresholds_in_force(*, at: datetime) -> VersionedThresholds:
    """The newest version; the first time, the defaults are put on record and sealed as version 1."""
    row = _newest()
    if row is None:
        row = _add_version(FIRST_VERSION, DEFAULTS.as_values(), reason="defaults", at=at, by=None)
    return VersionedThresholds(row.version, thresholds_from(row.values))


def change_thresholds(values: Mapping[str, int], *, reason: str, at: datetime, by: int | None) -> int:
    """Put a new version in force for what is judged from now on; its number.

    Args:
        values: the numbers that change, by name.
        reason: why; sealed with the numbers.
        at: now.
        by: who decides.

    Raises:
        Invalid: no reason, or a number out of its range (`details['fields']` names each with its range).
        Conflict: nothing changes.
    """
    reason = require_reason(reason, _("Say why the numbers change; the reason is sealed with them."))
    before = thresholds_in_force(at=at)
    merged = {**before.values.as_values(), **values}
    wrong = problems_of(merged)
    if wrong:
        fields = {
            name: _("Between %(low)s and %(high)s.", low=low, high=high)
            for name, (low, high) in wrong.items()
        }
        raise Invalid(_("Some numbers are out of their range."), code="threshold_range", fields=fields)
    if merged == before.values.as_values():
        raise Conflict(_("No number is different from those in force."), code="nothing_changes")
    return _add_version(before.version + 1, merged, reason=reason, at=at, by=by).version


def _add_version(
    version: int, values: Mapping[str, int], *, reason: str, at: datetime, by: int | None
) -> RuleThresholds:
    row = RuleThresholds(version=version, values=dict(values), reason=reason, by_account_id=by, at=at)
    session.add(row)
    session.flush()
    sealing.append(row)
    return row


def judge_codes(ids: Iterable[int], *, at: datetime) -> int:
    """Run the rules over these codes; how many are under an alarm now."""
    rules = thresholds_in_force(at=at)
    alarms = 0
    for code, facts in list(facts_of_codes(sorted(set(ids)), at=at)):
        findings = judge_code(facts, rules.values)
        alarm = _update_alarm(
            AlarmSubject.CODE,
            f"code/{code.id}",
            Subject.of_code(code.id),
            findings,
            rules,
            at=at,
            code_id=code.id,
            grower_id=code.grower_id,
        )
        alarms += alarm is not None
    return alarms


def judge_network(network: str, facts: NetworkFacts, *, at: datetime) -> bool:
    """Judge a network, named by its digest in hexadecimal; whether it is under an alarm now."""
    rules = thresholds_in_force(at=at)
    findings = rules_of_network(facts, rules.values)
    subject = Subject.of_burst(network)
    return (
        _update_alarm(AlarmSubject.NETWORK, f"network/{network}", subject, findings, rules, at=at) is not None
    )


def judge_grower(grower_id: int, facts: LicenseeFacts, *, at: datetime) -> bool:
    """Run the season's rules over one licensee; whether there is an alarm now."""
    rules = thresholds_in_force(at=at)
    alarm = _update_alarm(
        AlarmSubject.GROWER,
        f"grower/{grower_id}",
        Subject.of_grower(grower_id),
        judge_licensee(facts, rules.values),
        rules,
        at=at,
        grower_id=grower_id,
    )
    return alarm is not None


def codes_to_judge(*, at: datetime) -> set[int]:
    """What was looked up, tried or reported since the last time (`note_judged`).

    A code is judged soon after its look-up, and once more when the look-up is old enough for a crowd to be told.
    """
    rules = thresholds_in_force(at=at)
    mark = session.get(AlarmMark, RECENT, populate_existing=True)
    # A mark that lies ahead was set by a clock that was wrong.
    judged_until = min(mark.at, at) if mark else at - timedelta(days=1)
    since = max(judged_until - OVERLAP, at - LONGEST_BACK)
    settled = timedelta(hours=rules.values.crowd_hours)
    ids = codes_looked_up(since, at) | codes_tried_or_reported(since, at)
    return ids | codes_looked_up(since - settled, at - settled)


def networks_to_judge(*, at: datetime) -> dict[str, NetworkFacts]:
    """Networks that try numbers, by their digests in hexadecimal."""
    rules = thresholds_in_force(at=at).values
    networks = bursting_networks(
        texts=rules.burst_challenge_texts, inner_codes=rules.inner_burst_notice, at=at
    )
    return {network.hex(): facts for network, facts in networks.items()}


def note_judged(*, at: datetime) -> None:
    """Everything up to now was judged, or waits for its own next turn."""
    mark = session.get(AlarmMark, RECENT, with_for_update=True, populate_existing=True)
    if mark is None:
        session.add(AlarmMark(name=RECENT, at=at))
    else:
        mark.at = at
    session.flush()


def _update_alarm(
    kind: AlarmSubject,
    key: str,
    subject: Subject,
    findings: Sequence[Finding],
    rules: VersionedThresholds,
    *,
    at: datetime,
    code_id: int | None = None,
    grower_id: int | None = None,
) -> Alarm | None:
    """Bring the alarm about this subject up to date; None where there is nothing to be noted."""
    score = score_of(findings)
    alert = alert_of(score, rules.values)
    alarm = session.scalar(select(Alarm).where(Alarm.subject_key == key).with_for_update())
    if alert is Alert.QUIET:
        return None
    if alarm is None:
        alarm = Alarm(
            number=readable_number("W", local_year(at)),
            subject_kind=str(kind),
            subject_key=key,
            code_id=code_id,
            grower_id=grower_id,
            alert=str(alert),
            score=score,
            state=str(AlarmState.OPEN),
            first_at=at,
            last_at=at,
        )
        session.add(alarm)
        session.flush()
    elif alarm.state == AlarmState.CLEARED:
        alarm.score, alarm.alert, alarm.case_number = score, str(alert), None
        ALARM.move(alarm, AlarmStep.REOPEN, at=at, by=None, note="")
    fresh = _put_on_record(alarm, findings, rules.version, at=at)
    if fresh:
        alarm.last_at = at
    if score > alarm.score:
        alarm.score, alarm.alert = score, str(alert)
    if alert is Alert.SUSPECT and (fresh or alarm.case_number is None):
        pieces = [_evidence(alarm, finding, rules.version) for finding in (fresh or findings)]
        case = open_case(
            Origin.RULE, subject=subject, evidence=pieces, at=at, by=None, summary=_summary(findings)
        )
        alarm.case_number = case.number
    session.flush()
    return alarm


def _put_on_record(alarm: Alarm, findings: Sequence[Finding], version: int, *, at: datetime) -> list[Finding]:
    """Leave a row for each finding whose points or version are new; which those are."""
    newest = (
        select(func.max(AlarmFinding.id)).where(AlarmFinding.alarm_id == alarm.id).group_by(AlarmFinding.rule)
    )
    known = {
        row.rule: (row.points, row.version)
        for row in session.scalars(select(AlarmFinding).where(AlarmFinding.id.in_(newest)))
    }
    fresh = [finding for finding in findings if known.get(finding.rule) != (finding.points, version)]
    session.add_all(
        AlarmFinding(
            alarm_id=alarm.id,
            rule=finding.rule,
            version=version,
            points=finding.points,
            evidence=list(finding.evidence),
            figures=dict(finding.figures),
            at=at,
        )
        for finding in fresh
    )
    session.flush()
    return fresh


def _evidence(alarm: Alarm, finding: Finding, version: int) -> Evidence:
    facts = {
        "alarm": alarm.number,
        "points": finding.points,
        "lookups": list(finding.evidence),
        **dict(finding.figures),
    }
    return Evidence.of_rule(finding.rule, version=version, facts=facts)


def _summary(findings: Sequence[Finding]) -> str:
    loudest = sorted(findings, key=lambda finding: -finding.points)
    return ", ".join(finding.rule for finding in loudest)


def decide(number: str, step: AlarmStep, *, note: str, at: datetime, by: int) -> None:
    """What a person makes of an alarm: doubt the code on its page, or clear it. Confirming is the case's.

    Clearing draws a line: what happened until `at` counts no more, and this alarm's doubt is taken off the page; what
    a case says of the code stays.

    Raises:
        NotFound: no such alarm.
        Invalid: no note.
        Conflict: the alarm does not allow the step now.
        Forbidden: one's own grower's alarm would be cleared (`own_grower`).
    """
    note = require_reason(note, _("Write a note: what was found, what was done."), code="note_missing")
    alarm = locked(Alarm, Alarm.number == number)
    if alarm is None:
        raise NotFound(_("There is no alarm with this number."), code="no_such_alarm")
    if step is AlarmStep.REOPEN or (step is AlarmStep.DOUBT and alarm.code_id is None):
        raise _moved_on()
    ALARM.require(alarm, step)
    grower_id = alarm.grower_id
    if alarm.code_id is not None:
        grower_id = session.scalar(select(Code.grower_id).where(Code.id == alarm.code_id))
    if step is AlarmStep.CLEAR and grower_id is not None:
        branch.require_independent(by, grower_id)
    if step is AlarmStep.CLEAR:
        alarm.cleared_until = at
    ALARM.move(alarm, step, at=at, by=by, note=note)
    session.flush()


def _moved_on(*_moved: object) -> Conflict:
    return Conflict(_("The alarm has moved on meanwhile."), code="alarm_state")


ALARM = StateMachine(TRANSITIONS, AlarmChange, of="alarm_id", refusal=_moved_on)
