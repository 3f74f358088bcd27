"""When the rules run: soon after look-ups, never in their requests; and every night over the season."""

from datetime import datetime

from celery import shared_task

from core.clock import now
from core.database import transaction
from core.sweeps import all_or_each, due_again, for_each_key
from core.work_claims import InWork, claimed
from traceability.alarms.queries.licensee_facts import facts_of, seasons_of
from traceability.alarms.service import judging

CODES, NETWORKS, LICENSEES = (
    "traceability.alarms.code",
    "traceability.alarms.network",
    "traceability.alarms.licensee",
)


@shared_task(name="traceability.alarms.judge_recent")
def judge_recent() -> int:
    """Judge what was looked up since the last time; one run at a time."""
    try:
        with claimed("traceability.alarms.judge_recent", "recent"):
            return sweep_recent(at=now())
    except InWork:
        return 0


def sweep_recent(*, at: datetime) -> int:
    """Judge what was looked up, tried or reported since the last time, or failed then; how many are under an alarm now.

    A code or network that cannot be judged waits for its own turn; the others are judged, and the run goes on from here.
    """
    with transaction():
        codes = judging.codes_to_judge(at=at) | {int(key) for key in due_again(CODES, at=at)}
        networks = judging.networks_to_judge(at=at)
    swept = all_or_each(CODES, sorted(codes), lambda ids: judging.judge_codes(ids, at=at))
    swept += for_each_key(NETWORKS, networks, lambda key: judging.judge_network(key, networks[key], at=at))
    with transaction():
        judging.note_judged(at=at)
    return swept.counted


@shared_task(name="traceability.alarms.judge_licensees")
def judge_licensees() -> int:
    """Judge every licensee's season."""
    return sweep_licensees(at=now())


def sweep_licensees(*, at: datetime) -> int:
    """Run the season's rules over every licensee, each by itself; how many are under an alarm now.

    What was looked up is read licensee by licensee: a row that cannot be understood costs its own only.
    """
    with transaction():
        seasons = seasons_of(judging.thresholds_in_force(at=at).values, at=at)

    def judge(grower_id: int) -> bool:
        facts = facts_of(grower_id, seasons)
        with transaction():
            return judging.judge_grower(grower_id, facts, at=at)

    return for_each_key(LICENSEES, seasons.growers(), judge, own_transactions=True).counted
