"""Who tries numbers waits, then answers a question; everybody else notices nothing."""

from datetime import timedelta

import pytest

from core.database import transaction
from tests.factories.verification import make_scene
from traceability.alarms.rules.brakes import BurstLimits, Gate, gate_for
from traceability.alarms.service import questions
from traceability.codes.rules.notation import new_code

BRAKES = BurstLimits(slow_texts=8, wait_s=5, question_texts=20)


@pytest.mark.parametrize(
    ("texts", "ago_s", "unknown", "answered", "gate"),
    [
        (0, None, True, None, Gate.OPEN),
        (7, 0, True, None, Gate.OPEN),
        (8, 1, True, None, Gate.WAIT),
        (8, 5, True, None, Gate.OPEN),
        (19, 1, False, None, Gate.OPEN),
        (20, 60, True, None, Gate.QUESTION),
        (20, 60, False, None, Gate.QUESTION),
        (25, 60, True, 20, Gate.OPEN),
        (40, 60, True, 20, Gate.QUESTION),
    ],
)
def test_the_gate(at, texts, ago_s, unknown, answered, gate):
    last = None if ago_s is None else at - timedelta(seconds=ago_s)
    assert gate_for(texts, last, BRAKES, unknown=unknown, answered_at=answered, at=at) is gate


def test_brakes_follow_the_version_in_force():
    assert BurstLimits.of({"burst_challenge_texts": 3}).question_texts == 3
    assert BurstLimits.of(None) == BurstLimits()


def test_a_question_has_one_answer_and_a_cookie_serves_one_network(session):
    asked = questions.ask("ABCD", b"network1", 20)
    right = str(asked.first + asked.second)
    assert questions.answer(asked.word, str(asked.first)) is None
    assert questions.answer(asked.word, "x" * 50) is None
    code, cookie = questions.answer(asked.word, f" {right} ")
    assert code == "ABCD"
    assert questions.answered_at(cookie, b"network1") == 20
    assert questions.answered_at(cookie, b"network2") is None
    assert questions.answered_at(None, b"network1") is None
    others = [questions.ask("ABCD", b"network1", 20) for _ in range(50)]
    # Two digits stand in so long a word by chance now and then; an answer that can be read would stand in each.
    assert sum(str(other.first + other.second) in other.word for other in others) < 25
    with pytest.raises(ValueError):
        questions.answer(asked.word + "x", right)


def test_trying_numbers_over_http_leads_to_a_question_and_the_answer_back_to_the_code(session, client):
    with transaction():
        code = make_scene("shipped").code
    answers = [client.get(f"/C/{new_code()}", headers={"User-Agent": f"bot {n}"}) for n in range(24)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:8] == [200] * 8
    assert set(statuses[8:]) == {429}
    assert answers[9].headers["Retry-After"]
    assert "How much is" in client.get(f"/C/{new_code()}", headers={"Accept-Language": "en"}).text
    page = client.get(f"/C/{code}", headers={"Accept-Language": "en"})
    assert page.status_code == 429
    assert "Issued by this system" not in page.text
    document = client.get(f"/api/v1/codes/{code}")
    assert (document.status_code, document.json["code"]) == (429, "question_asked")

    import re
    from html import unescape

    word = re.search(r'name="word" value="([^"]+)"', page.text).group(1)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text).group(1)
    first, second = map(int, re.search(r"How much is (\d+) \+ (\d+)", page.text).groups())
    form = {"csrf_token": token, "word": unescape(word)}
    assert client.post("/verify/question", data=form | {"answer": str(first)}).status_code == 422
    led = client.post("/verify/question", data=form | {"answer": str(first + second)})
    assert (led.status_code, led.headers["Location"]) == (303, f"/C/{code}")
    assert client.get(f"/C/{code}").status_code == 200
