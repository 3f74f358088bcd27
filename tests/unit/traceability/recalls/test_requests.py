"""A recall takes two people: asking stops the sale at once, another confirms the walk or refuses it."""

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from branch.api import get_grower
from branch.growers.service.membership import decide
from branch.growers.states import GrowerState
from core.database import db, transaction
from core.errors import Conflict, Invalid, NotFound
from core.messaging.models import Message
from core.seal.models.leaves import SealLeaf
from tests.at_once import PATIENCE_S, at_once, let_the_other_come_to_wait
from tests.factories.accounts import make_account
from tests.factories.licences import make_licence
from tests.factories.organisation import make_grower
from tests.factories.traceability import make_codes, make_lot
from traceability.api import LotNotSaleable, get_lot, require_saleable, transform
from traceability.codes.models.tables import Code
from traceability.lots.models.sealing import REQUESTS
from traceability.lots.models.tables import LotRecall, RecallRequest
from traceability.lots.rules.balance import StepKind
from traceability.lots.service import change_state
from traceability.lots.states import LotState
from traceability.recalls.queries import requests_of_lot
from traceability.recalls.service import ask_for_recall, confirm_recall, refuse_recall
from traceability.transformations.service import Outcome


@pytest.fixture
def people(session, at):
    with transaction():
        return [make_account(at=at).id for _ in range(2)]


@pytest.fixture
def lots(session, at):
    """A lot with codes, two lots that came of it (one closed by hand), and a stranger."""
    with transaction():
        grower = make_grower(at=at)
        make_licence(grower.id, at=at)
        mother = make_lot(grower=grower, quantity=1_000, at=at)
        half = Outcome(400)
        done = transform(StepKind.SPLIT, {mother.id: 800}, [half, half], grower_id=grower.id, at=at, by=None)
        open_one, closed_one = done.outputs
        change_state(closed_one.id, LotState.CLOSED, reason="sold out", at=at, by=None)
        make_codes(lot=open_one, count=3, at=at, active=False)
        stranger = make_lot(grower=grower, at=at)
    return mother, open_one, closed_one, stranger


def states(lots):
    return [str(get_lot(id=lot.id).state) for lot in lots]


def ask(lots, people, at):
    with transaction():
        return ask_for_recall(lots[0].id, reason="canker", at=at, by=people[0])


def test_asking_stops_the_sale_of_all_that_came_of_it_and_nothing_else(session, lots, people, at):
    ask(lots, people, at)
    assert states(lots) == ["closed", "closed", "closed", "open"]
    with pytest.raises(LotNotSaleable):
        require_saleable(lots[1].id, plants=1, at=at)
    assert session.scalar(sa.select(sa.func.count()).select_from(LotRecall)) == 0
    assert set(session.scalars(sa.select(Code.state))) == {"printed"}
    assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0


def test_the_lots_of_a_grower_who_has_left_are_found_and_recalled(session, lots, people, at, login):
    secretary, committee = login(role="secretary"), login(role="committee")
    number = ask(lots, people, at)
    with transaction():
        slug = get_grower(id=lots[0].grower_id).slug
        decide(slug, GrowerState.LEFT, by_account_id=secretary.account_id, reason="moved", at=at)
    assert lots[0].number in secretary.get(f"/branch/lots?q={lots[0].number}").text
    assert lots[0].number in committee.get("/branch/recalls").text
    answer = committee.submit(f"/branch/recalls/{number}", {"decision": "confirm"}, form_at="/branch/recalls")
    assert answer.status_code == 303
    assert states(lots)[0] == "recalled"


def test_another_person_confirms_and_both_names_are_kept_and_sealed(session, lots, people, at):
    number = ask(lots, people, at)
    with transaction():
        done = confirm_recall(number, at=at, by=people[1])
    assert (done.lots, done.codes) == (3, 3)
    assert states(lots) == ["recalled", "recalled", "recalled", "open"]
    [seen] = requests_of_lot(lots[0].id)
    assert (seen.state, seen.recall_number) == ("done", done.number)
    assert seen.asked_by
    assert seen.decided_by
    assert seen.asked_by != seen.decided_by
    [(_subject, body)] = list(REQUESTS.bodies())
    assert (body["asked_by"], body["decided_by"], body["state"]) == (*people, "done")
    leaves = sa.select(sa.func.count()).select_from(SealLeaf).where(SealLeaf.kind == "recall_request")
    assert session.scalar(leaves) == 2


def test_who_asked_decides_nothing(session, lots, people, at):
    number = ask(lots, people, at)
    for verb in (confirm_recall, lambda number, **rest: refuse_recall(number, reason="no", **rest)):
        with pytest.raises(Conflict) as refused, transaction():
            verb(number, at=at, by=people[0])
        assert refused.value.code == "same_person"
    assert states(lots) == ["closed", "closed", "closed", "open"]


def test_the_database_itself_wants_two_people(session, lots, people, at):
    number = ask(lots, people, at)
    change = sa.update(RecallRequest).where(RecallRequest.number == number)
    with pytest.raises(IntegrityError), transaction():
        session.execute(change.values(decided_by_account_id=people[0], decided_at=at, state="done"))


@pytest.mark.both
def test_a_refusal_opens_again_what_it_stopped_and_only_that(session, lots, people, at):
    number = ask(lots, people, at)
    with pytest.raises(Invalid), transaction():
        refuse_recall(number, reason=" ", at=at, by=people[1])
    with transaction():
        refuse_recall(number, reason="frost, not canker", at=at, by=people[1])
    assert states(lots) == ["open", "open", "closed", "open"]
    with pytest.raises(Conflict) as again, transaction():
        confirm_recall(number, at=at, by=people[1])
    assert again.value.code == "recall_decided"


@pytest.mark.both
def test_what_another_request_covers_stays_closed(session, lots, people, at):
    first = ask(lots, people, at)
    with transaction():
        ask_for_recall(lots[1].id, reason="mites", at=at, by=people[0])
    with transaction():
        refuse_recall(first, reason="no canker", at=at, by=people[1])
    assert states(lots) == ["open", "closed", "closed", "open"]


def test_what_two_requests_covered_is_on_sale_once_both_are_refused(session, lots, people, at):
    numbers = [ask(lots, people, at)]
    with transaction():
        numbers.append(ask_for_recall(lots[1].id, reason="mites", at=at, by=people[0]))
    for number in numbers:
        with transaction():
            refuse_recall(number, reason="neither", at=at, by=people[1])
    assert states(lots) == ["open", "open", "closed", "open"]


def test_what_was_closed_by_hand_is_not_opened_either_while_a_recall_waits(session, lots, people, at):
    ask(lots, people, at)
    with pytest.raises(Conflict) as refused, transaction():
        change_state(lots[2].id, LotState.OPEN, reason="", at=at, by=people[0])
    assert refused.value.code == "recall_asked"


def while_it_is_asked(app, lot, people, at, act):
    """What `act` answers that begins when a recall of the lot was asked for, but not yet committed."""
    asked = threading.Event()

    def ask_slowly():
        with app.app_context(), transaction():
            ask_for_recall(lot.id, reason="mites", at=at, by=people[0])
            asked.set()
            let_the_other_come_to_wait()

    def act_meanwhile():
        assert asked.wait(PATIENCE_S)
        with app.app_context():
            try:
                with transaction():
                    act()
            except Conflict as refused:
                return refused.code
            return "done"

    answer = at_once([ask_slowly, act_meanwhile])[1]
    db.session.rollback()
    return answer


@pytest.mark.both
def test_nobody_opens_a_lot_in_the_moment_in_which_its_recall_is_asked_for(app, session, lots, people, at):
    def open_again():
        change_state(lots[2].id, LotState.OPEN, reason="", at=at, by=people[0])

    assert while_it_is_asked(app, lots[0], people, at, open_again) == "recall_asked"
    assert states(lots)[2] == "closed"


@pytest.mark.both
def test_a_refusal_leaves_closed_what_another_request_covers_in_that_moment(app, session, lots, people, at):
    first = ask(lots, people, at)

    def refuse():
        refuse_recall(first, reason="no canker", at=at, by=people[1])

    assert while_it_is_asked(app, lots[1], people, at, refuse) == "done"
    assert states(lots) == ["open", "closed", "closed", "open"]


def test_nobody_opens_a_lot_while_a_recall_waits(session, lots, people, at):
    ask(lots, people, at)
    with pytest.raises(Conflict) as refused, transaction():
        change_state(lots[1].id, LotState.OPEN, reason="", at=at, by=people[0])
    assert refused.value.code == "recall_asked"


def test_a_recall_is_asked_once_and_with_a_reason(session, lots, people, at):
    with pytest.raises(Invalid), transaction():
        ask_for_recall(lots[0].id, reason=" ", at=at, by=people[0])
    ask(lots, people, at)
    with pytest.raises(Conflict) as twice:
        ask(lots, people, at)
    assert twice.value.code == "recall_asked"
    with pytest.raises(NotFound), transaction():
        confirm_recall("RQ-2026-NOTHING", at=at, by=people[1])


def test_two_people_who_confirm_at_once_recall_once(app, session, lots, people, at):
    number = ask(lots, people, at)
    with transaction():
        third = make_account(at=at).id
    start, answers = threading.Barrier(2), []

    def confirm(who):
        with app.app_context():
            start.wait(timeout=30)
            try:
                with transaction():
                    confirm_recall(number, at=at, by=who)
                answers.append("done")
            except Conflict as refused:
                answers.append(refused.code)
            finally:
                db.session.close()

    threads = [threading.Thread(target=confirm, args=(who,)) for who in (people[1], third)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done", "recall_decided"]
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(LotRecall)) == 1
