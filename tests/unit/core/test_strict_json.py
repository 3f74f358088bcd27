"""JSON of strangers keeps its meaning everywhere, or is none."""

from decimal import Decimal

import pytest
from flask import request
from werkzeug.exceptions import BadRequest

from core import strict_json as jsontext

DEEPEST = "[" * jsontext.MAX_DEPTH + "]" * jsontext.MAX_DEPTH
LONGEST = "1" * jsontext.MAX_DIGITS


@pytest.mark.parametrize(
    "text",
    [
        f"[{DEEPEST}]",
        '{"a":' * 41 + "1" + "}" * 41,
        "[" * 100_000,
        '{"a": 1, "a": 1}',
        '[{"b": {"a": 1, "a": 2}}]',
        "NaN",
        "[-Infinity]",
        "1e301",
        "-1e-301",
        "0." + LONGEST,
        LONGEST + "1",
        "9" * 5_000,
        '"\\u0000"',
        '"\\ud800"',
        '{"\\u0000": 1}',
        '{"\\udfff": 1}',
        '[["\\u0000"]]',
        b'"\xff"',
        "{",
        "",
    ],
    ids=lambda text: str(text[:12]),
)
def test_what_means_something_else_elsewhere_is_no_json(text):
    with pytest.raises(jsontext.NotJson):
        jsontext.read(text)


@pytest.mark.parametrize(
    "text", [DEEPEST, LONGEST, "-1e300", "1e-300", "0e999", '"\\ud83c\\udf3c"', '{"a": {"a": 1}}']
)
def test_what_stands_at_a_bound_is_read(text):
    jsontext.read(text)


def test_fractions_keep_their_digits_unless_a_column_of_json_keeps_them():
    assert jsontext.read("[1.10, 2]") == [Decimal("1.10"), 2]
    assert str(jsontext.read("1.10")) == "1.10"
    assert type(jsontext.read("1.5", exact=False)) is float


@pytest.mark.parametrize("document", ['{"a": "x\\u001f"}', '{"x\\u007f": 1}', '["\\u202e"]'])
def test_what_nobody_sees_is_refused_where_a_stranger_writes(document):
    jsontext.read(document)
    with pytest.raises(jsontext.NotJson, match="nobody sees"):
        jsontext.read(document, seen_only=True)


@pytest.mark.parametrize("document", ["[1,2,3,4]", "[[],[],[]]", "[{},{},{}]", "[[[[[]]]]]"])
def test_lists_and_objects_count_as_well_as_what_stands_between_commas(document):
    for text in (document, document.encode()):
        with pytest.raises(jsontext.NotJson, match="more than 4 values"):
            jsontext.read(text, most_values=4)


@pytest.mark.parametrize(
    "body",
    [f"[{DEEPEST}]", '{"a": "\\u000b"}', '{"a": 1, "a": 2}', "NaN", "[" + "0," * jsontext.MOST_VALUES + "0]"],
)
def test_a_view_is_given_no_other_json(app, body):
    asked = app.test_request_context(method="POST", data=body, content_type="application/json")
    with asked, pytest.raises(BadRequest):
        request.get_json()
