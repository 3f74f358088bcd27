"""A season replayed in the order of time through the very rules that judge real look-ups."""

import heapq
from bisect import bisect_right
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import numpy as np

from benchmarks.alarms.networks import judge_networks
from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.pages import PageCounts, count, warned_before, warned_now
from benchmarks.alarms.world import HOME, SEASON_DAYS, Entry, Report, Visit, World
from traceability.alarms.rules.facts import (
    Alert,
    CodeFacts,
    InnerAttempt,
    LicenseeFacts,
    Life,
    Look,
    PersonReport,
    Proof,
)
from traceability.alarms.rules.judging import alert_of, judge_code, score_of
from traceability.alarms.rules.licensees import judge_licensee, where_surfaced
from traceability.alarms.rules.thresholds import Thresholds
from traceability.lookups.rules.provinces import PROVINCES

START = datetime(2026, 2, 1, tzinfo=UTC)
NAMES = {place: one.name_zh for place, one in enumerate(PROVINCES)}
# What many look at within minutes is judged once in that time, as the sweep does.
MANY_LOOKS, SWEEP_H = 12, 3 / 60


class _Replay:
    def __init__(self, world: World, t: Thresholds, *, places: bool) -> None:
        self.world, self.t, self.places = world, t, places
        self.looks: dict[int, dict[tuple[int, int], Look]] = defaultdict(dict)
        self.inner: dict[int, list[InnerAttempt]] = defaultdict(list)
        self.reports: dict[int, list[PersonReport]] = defaultdict(list)
        self.noticed: dict[int, set[int]] = defaultdict(set)
        self.fake_looks = np.zeros(len(world.clone_sources), dtype=int)
        self.source_of: dict[int, list[int]] = defaultdict(list)
        for batch, sources in enumerate(world.clone_sources):
            for code in sources:
                self.source_of[code].append(batch)
        self.caught: dict[int, int] = {}
        self.suspects: dict[int, str] = {}
        self.notices: set[int] = set()
        self.judged: dict[int, float] = {}
        self.latest: dict[int, float] = {}
        self.surfaced: dict[tuple[int, int], str | None] = {}
        self.ordered: dict[int, list[Look]] = {}
        self.hours: dict[int, list[float]] = {}

    def run(self) -> None:
        """Every look-up, entry and report in order; each code once more when its latest look-up has settled."""
        settle = self.t.crowd_hours + 0.01
        queue: list[tuple[float, int, int, int]] = []
        things: list[Visit | Entry | Report] = [*self.world.visits, *self.world.entries, *self.world.reports]
        for place, one in enumerate(things):
            queue.append((one.at, 0, place, one.code))
            queue.append((one.at + settle, 1, place, one.code))
        heapq.heapify(queue)
        number = 0
        while queue:
            at, again, place, code = heapq.heappop(queue)
            if not again:
                number += 1
                self._note(things[place], number)
            self.latest[code] = at if not again else self.latest[code]
            if code in self.suspects or (again and at - self.latest[code] < settle - 0.001):
                continue
            if not again and len(self.looks[code]) > MANY_LOOKS and at - self.judged[code] < SWEEP_H:
                continue
            self.judged[code] = at
            self._judge(code, at)

    def _note(self, one: Visit | Entry | Report, number: int) -> None:
        if isinstance(one, Visit):
            self._note_visit(one, number)
        elif isinstance(one, Entry):
            device = (one.address, one.agent)
            self.inner[one.code].append(
                InnerAttempt(number, moment(one.at), device, one.right, one.network, one.agent)
            )
        else:
            proof = Proof.ORDER if one.proven else Proof.NONE
            self.reports[one.code].append(PersonReport(number, moment(one.at), one.network, proof))

    def _note_visit(self, visit: Visit, number: int) -> None:
        if visit.fake >= 0:
            self.fake_looks[visit.fake] += 1
        device, at = (visit.address, visit.agent), moment(visit.at)
        known = self.looks[visit.code].get(device)
        province = NAMES.get(visit.province) if self.places else None
        self.looks[visit.code][device] = Look(
            known.id if known else number,
            known.first_at if known else at,
            at,
            device,
            visit.address,
            visit.agent,
            visit.network,
            known.province if known else province,
        )

    def facts_of(self, code: int, at: float) -> CodeFacts:
        """What the database would know of the code at this moment."""
        codes = self.world.codes
        ended, accepted = codes.ended[code], codes.accepted[code]
        sent, activated = codes.sent[code], codes.activated[code]
        life = Life.UNUSED
        for since, reached in (
            (activated, Life.ACTIVE),
            (sent, Life.SENT),
            (accepted, Life.ACCEPTED),
            (ended, Life.ENDED),
        ):
            life = reached if since <= at else life

        def known(value: float) -> datetime | None:
            return moment(value) if value <= at else None

        batch = int(codes.batch[code])
        return CodeFacts(
            at=moment(at),
            life=life,
            is_bundle=False,
            home=NAMES[HOME],
            destination=NAMES[int(codes.destination[code])] if sent <= at else None,
            activated_at=known(activated),
            sent_at=known(sent),
            accepted_at=known(accepted),
            ended_at=known(ended),
            looks=tuple(sorted(self.looks[code].values(), key=lambda look: look.first_at)),
            inner=tuple(self.inner[code]),
            reports=tuple(self.reports[code]),
            neighbours=len(self.noticed[batch] - {code}),
        )

    def settle_looks(self) -> None:
        """Put the look-ups of each code in order, once the season is over."""
        for code, looks in self.looks.items():
            self.ordered[code] = sorted(looks.values(), key=lambda look: look.first_at)
            self.hours[code] = [(look.first_at - START).total_seconds() / 3600 for look in self.ordered[code]]

    def seen_until(self, code: int, hours: float) -> int:
        """How many look-ups of the code had begun."""
        return bisect_right(self.hours[code], hours)

    def where(self, code: int, seen: int, at: datetime) -> str | None:
        """`where_surfaced` of the first `seen` look-ups, remembered for as long as nobody else looks."""
        if (code, seen) not in self.surfaced:
            self.surfaced[code, seen] = where_surfaced(self.ordered[code][:seen], self.t, at=at)
        return self.surfaced[code, seen]

    def _judge(self, code: int, at: float) -> None:
        findings = judge_code(self.facts_of(code, at), self.t)
        alert = alert_of(score_of(findings), self.t)
        if alert is Alert.QUIET:
            return
        self.notices.add(code)
        self.noticed[int(self.world.codes.batch[code])].add(code)
        if alert is Alert.SUSPECT and code not in self.suspects:
            self.suspects[code] = max(findings, key=lambda one: one.points).rule
            for batch in self.source_of[code]:
                if self.fake_looks[batch]:
                    self.caught.setdefault(batch, int(self.fake_looks[batch]))


def moment(hours: float) -> datetime:
    """A time of the season on the clock."""
    return START + timedelta(hours=float(hours))


def replay(world: World, t: Thresholds, *, places: bool = True) -> Outcome:
    """Run the rules over the season.

    Args:
        world: the season with its truth.
        t: the thresholds.
        places: whether an address database is installed; without one no look-up has a province.
    """
    run = _Replay(world, t, places=places)
    run.run()
    sources = {code for batch in world.clone_sources for code in batch}
    resold = set(np.flatnonzero(world.codes.fate == "resold").tolist())
    griefed = set(world.griefed)
    outcome = Outcome(genuine_codes=len(world.codes) - len(sources | resold | griefed))
    for code, rule in run.suspects.items():
        if code in sources:
            outcome.true_suspects += 1
        elif code in resold:
            outcome.resold_suspects += 1
        elif code in griefed:
            continue
        else:
            outcome.false_suspects += 1
            outcome.false_by_rule[rule] += 1
    outcome.false_notices = len(run.notices - sources - resold - griefed)
    _count_pages(run, outcome, sources=sources, griefed=griefed, resold=resold)
    outcome.clones = [
        (shape, run.caught.get(batch), int(run.fake_looks[batch]))
        for batch, shape in enumerate(world.clone_shapes)
    ]
    _judge_licensees(run, outcome)
    judge_networks(world, t, outcome)
    return outcome


def _count_pages(
    run: _Replay, outcome: Outcome, *, sources: set[int], griefed: set[int], resold: set[int]
) -> None:
    before, now_ = set(), set()
    for code in {*run.looks, *run.inner, *run.reports}:
        entries = run.inner[code]
        if warned_before(code in run.notices, len(run.looks[code]), entries, len(run.reports[code])):
            before.add(code)
        if warned_now(entries):
            now_.add(code)
    honest = set(range(len(run.world.codes))) - sources - griefed - resold
    outcome.pages = PageCounts(
        *(
            count(codes, before=before, now=now_, cases=run.suspects)
            for codes in (honest, griefed - sources, sources)
        )
    )
    for code, kind in run.world.griefed.items():
        labels, cases = outcome.griefed_cases.get(kind, (0, 0))
        outcome.griefed_cases[kind] = (labels + 1, cases + (code in run.suspects))


def _judge_licensees(run: _Replay, outcome: Outcome) -> None:
    """Every night, as the sweep does, over the codes that are active and not sold by an order of ours."""
    world, codes = run.world, run.world.codes
    came_up: dict[int, list[int]] = defaultdict(list)
    run.settle_looks()
    for code in run.looks:
        came_up[int(codes.grower[code])].append(code)
    suspected: dict[int, int] = {}
    for grower, sold in enumerate(world.sold_by_province):
        declared = {NAMES[place]: plants for place, plants in sold.items()}
        for day in range(1, SEASON_DAYS + 1):
            if grower in suspected:
                break
            activated = int((codes.activated[codes.grower == grower] <= day * 24).sum())
            facts = _licensee_facts(run, came_up[grower], declared, day, activated)
            loud = [one.rule for one in judge_licensee(facts, run.t) if one.points >= run.t.suspect_score]
            if loud:
                suspected[grower] = day
                if grower not in world.resellers:
                    outcome.licensees_by_rule[loud[0]] += 1
    outcome.honest_licensees = len(world.sold_by_province) - len(world.resellers)
    outcome.false_licensees = len(suspected.keys() - world.resellers.keys())
    outcome.resales = [
        suspected[grower] - start / 24 if grower in suspected else None
        for grower, start in world.resellers.items()
    ]


def _licensee_facts(
    run: _Replay, came_up: list[int], declared: dict[str, int], day: int, activated: int
) -> LicenseeFacts:
    codes, at = run.world.codes, moment(day * 24.0)
    by_batch: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    surfaced = 0
    for code in came_up:
        if not codes.activated[code] <= day * 24 < min(codes.sent[code], codes.ended[code]):
            continue
        seen = run.seen_until(code, day * 24.0)
        if not seen:
            continue
        surfaced += 1
        if (province := run.where(code, seen, at)) is not None:
            by_batch[int(codes.batch[code])][province] += 1
    return LicenseeFacts(
        home=NAMES[HOME],
        quota_plants=activated,
        activated_plants=activated,
        sold_without_code_by_province=declared,
        surfaced_unsold=surfaced,
        surfaced_by_batch=tuple(by_batch.values()),
    )
