"""What reaches a view is bounded, whole and seen."""

import io
from datetime import date
from decimal import Decimal

import pytest
from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, Form, StringField

from core import strict_json as jsontext
from core.column_limits import ValueNotStorable
from core.unseen_characters import first_unseen, seen, without_unseen
from core.web.forms.fields import DateField, DecimalField, IntegerField


class Typed(Form):
    whole = IntegerField()
    part = DecimalField()
    day = DateField()

    def validate_day(self, field):
        assert not field.raw_data or field.data.year > 0, "a validator meets values only"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("whole", "12", 12),
        ("whole", "１２", 12),
        ("whole", "-3", -3),
        ("whole", "²", None),
        ("whole", "1²", None),
        ("whole", "1_0", None),
        ("whole", "9" * 5000, None),
        ("whole", str(2**63), None),
        ("whole", str(2**63 - 1), 2**63 - 1),
        ("whole", "5" + " " * 60 + "7", None),
        ("part", "12.5", Decimal("12.5")),
        ("part", "１２．５", Decimal("12.5")),
        ("part", "1e999999", None),
        ("part", "NaN", None),
        ("part", "sNaN", None),
        ("part", "-Infinity", None),
        ("part", "½", None),
        ("part", "9" * 18 + "." + "9" * 12, Decimal("9" * 18 + "." + "9" * 12)),
        ("part", "9" * 19, None),
        ("part", "0." + "9" * 13, None),
        ("day", "2026-03-12", date(2026, 3, 12)),
        ("day", "0001-01-01", None),
        ("day", "9999-12-31", None),
        ("day", "1900-01-01", date(1900, 1, 1)),
        ("day", "1899-12-31", None),
        ("day", "2200-12-31", date(2200, 12, 31)),
        ("day", "2201-01-01", None),
        ("day", "２０２６-03-12", date(2026, 3, 12)),
    ],
)
def test_what_is_typed_is_a_number_or_a_day_that_can_be_kept_or_none(app, name, text, value):
    with app.test_request_context():
        form = Typed(MultiDict({name: text}))
        form.validate()
        assert (form[name].data, bool(form[name].errors)) == (value, value is None)


@pytest.mark.parametrize(
    ("text", "seen", "first"),
    [
        ("桂花 osmanthus\n\t", "桂花 osmanthus\n\t", None),
        ("one\x0btwo\u2028three", "one\ntwo\nthree", "U+000B"),
        ("a\x00b\x1f\x7f\x9f\ufeff", "ab", "U+0000"),
        ("gnp\u202e.exe\u2066", "gnp.exe", "U+202E"),
        ("\ud800\uffff\U0001ffffx", "x", "U+D800"),
        ("👩‍🌾 zero-width joiners stay", "👩‍🌾 zero-width joiners stay", None),
    ],
)
def test_what_nobody_sees_goes(text, seen, first):
    assert (without_unseen(text), first_unseen(text)) == (seen, first)
    assert first_unseen(without_unseen(text)) is None


@pytest.mark.parametrize(
    ("span", "stays"),
    [
        ("\x00\x08", "\t"),
        ("\x0e\x1f", "\r "),
        ("\x7f\x84", "~"),
        ("\x86\x9f", "\u00a0"),
        ("\u202a\u202e", "\u200f\u202f"),
        ("\u2066\u2069", "\u2065\u206a"),
        ("\ufeff\ufeff", "\ufefe"),
        ("\ufff9\ufffb", "\ufff8\ufffc"),
        ("\ud800\udfff", "\ud7ff\ue000"),
        ("\ufdd0\ufdef", "\ufdcf\ufdf0"),
        ("\ufffe\uffff", "\ufffd"),
        *(
            (f"{chr(plane - 2)}{chr(plane - 1)}", chr(plane - 3))
            for plane in range(0x20000, 0x120000, 0x10000)
        ),
    ],
    ids=lambda text: "-".join(f"{ord(one):04x}" for one in text),
)
def test_of_each_range_both_ends_go_and_their_neighbours_stay(span, stays):
    for unseen in map(chr, range(ord(span[0]), ord(span[1]) + 1)):
        assert without_unseen(unseen) == ""
        assert first_unseen(f"x{unseen}") == f"U+{ord(unseen):04X}"
    assert (without_unseen(stays), first_unseen(stays)) == (stays, None)


@pytest.mark.parametrize("broken", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_breaks_of_word_processors_become_line_ends(broken):
    assert (without_unseen(f"a{broken}b"), first_unseen(broken)) == ("a\nb", f"U+{ord(broken):04X}")


def test_texts_are_cleaned_wherever_they_stand_in_a_document():
    unseen = {"a\x1f": ["b\u202e", ("c\x00", {"d": "e\x0bf"})], "n": 1}
    assert seen(unseen) == {"a": ["b", ["c", {"d": "e\nf"}]], "n": 1}


@pytest.mark.parametrize(
    "path",
    [f"/registry/marks/XNGH/rules/{2**63}", "/registry/marks/XNGH/rules/²", "/registry/marks/XNGH/rules/٣"],
)
def test_a_number_in_a_path_that_no_column_holds_leads_nowhere(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("part", ["a%00b", "%0b", "%E2%80%AE", "x" * 600])
def test_a_part_of_a_path_is_bounded_and_seen(client, part):
    assert client.get(f"/listings/{part}").status_code == 404


def test_json_of_pages_is_read_with_care(client):
    def told(body):
        answer = client.post(
            "/report-fake", data=body, content_type="application/json", headers={"Accept": "application/json"}
        )
        return answer.status_code, answer.json["code"]

    for body in (
        "[" * 30_000,
        '{"what": "\\u000b"}',
        '{"what": "a", "what": "b"}',
        '{"a": NaN}',
        '{"a": 1e999999}',
        "[" + "[]," * 30_000 + "0]",
        '{"what": "\\ud800"}',
    ):
        assert told(body) == (422, "report_invalid"), body[:30]


@pytest.mark.parametrize(
    "body", ['{"lines": [], "lines": []}', '{"note": "\\u000b"}', '{"note": NaN}', "[" * 30_000]
)
def test_json_that_another_library_reads_is_read_by_ours_first(client, body):
    answer = client.post(
        "/api/v1/orders",
        data=body,
        content_type="application/json",
        headers={"Idempotency-Key": "12345678abc"},
    )
    assert answer.status_code == 400


def test_values_are_counted_before_they_are_made():
    with pytest.raises(jsontext.NotJson, match="more than 10 values"):
        jsontext.read("[1,2,3,4,5,6,7,8,9,0,1]", most_values=10)
    assert len(jsontext.read("[1,2,3,4,5,6,7,8,9]", most_values=10)) == 9


@pytest.mark.both
@pytest.mark.parametrize("value", [2**63, -(2**70), "a\x00b", "\ud800"])
def test_what_no_database_keeps_is_refused_before_it_is_asked(session, value):
    import sqlalchemy as sa

    with pytest.raises(ValueNotStorable):
        session.execute(sa.text("SELECT :value"), {"value": value})


@pytest.mark.both
def test_of_many_rows_in_one_statement_each_is_looked_at(session):
    import sqlalchemy as sa

    from core.work_claims import WorkClaim

    rows = [{"kind": "k", "key": key, "attempts": 0} for key in ("first", "a\x00b")]
    with pytest.raises(ValueNotStorable):
        session.execute(sa.insert(WorkClaim), rows)


@pytest.mark.both
@pytest.mark.parametrize("changed", [False, True], ids=["new", "changed"])
def test_a_text_longer_than_its_column_is_refused_on_every_database(session, at, changed):
    from core.database import transaction
    from core.errors import Invalid
    from core.messaging.models import Message

    too_long = "k" * 5000
    with pytest.raises(Invalid) as caught, transaction() as current:
        message = Message(
            dedupe_key="k" if changed else too_long, receiver="x", template="t", context={}, locale="en",
            state="sent", available_at=at, recorded_at=at,
        )  # fmt: skip
        current.add(message)
        current.flush()
        message.dedupe_key = too_long
        current.flush()
    assert caught.value.code == "text_too_long"


class Rows(Form):
    rows = FieldList(StringField())


@pytest.mark.parametrize("sent_as", ["application/x-www-form-urlencoded", "multipart/form-data"])
@pytest.mark.parametrize("number", ["²", "９", "9" * 5000, "1" * 19])
def test_fields_under_names_that_no_form_of_ours_has_are_left_out(app, sent_as, number):
    with app.test_request_context(
        method="POST", content_type=sent_as, data={f"rows-{number}": "x", "rows-0": "y", "桂": "z"}
    ):
        assert [*request.form] == ["rows-0"]
        assert Rows(request.form).rows.data == ["y"]


@pytest.mark.parametrize(
    ("path", "kind", "size"),
    [
        ("/api/v1/orders", "application/json", 70_000),
        ("/report-fake", "application/x-www-form-urlencoded", 600_000),
        ("/report-fake", "application/json", 600_000),
        ("/account/sign-in", "multipart/form-data; boundary=x", 300_000),
    ],
)
def test_a_body_in_pieces_is_read_no_further_than_its_route_takes(client, path, kind, size):
    class Pieces(io.RawIOBase):
        """A body that says no length and would go on for ever."""

        read_bytes = 0

        def readable(self):
            return True

        def readinto(self, buffer):
            self.read_bytes += len(buffer)
            buffer[:] = b"x" * len(buffer)
            return len(buffer)

    body = Pieces()
    answer = client.post(
        path, content_type=kind, environ_overrides={"wsgi.input": body, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        headers={"Idempotency-Key": "12345678abc"},
    )  # fmt: skip
    assert 400 <= answer.status_code < 500
    assert body.read_bytes <= size
