"""GS1 Digital Link: the published cases, and addresses that we build."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.published.vectors import vectors
from traceability.resolver.rules.digital_links import (
    DigitalLink,
    Element,
    LinkSyntaxError,
    application_identifier,
    build,
    gtin_14,
    parse,
)

GTIN = "09506000134352"


def element_string(elements):
    """The elements as one string as a bar code carries it, `^` for FNC1."""
    text, open_end = "^", False
    for element in elements:
        text += ("^" if open_end else "") + element.ai + element.value
        known = application_identifier(element.ai)
        open_end = known is None or known.separator_required
    return text


def test_the_published_cases_are_read_as_published():
    cases = json.loads((vectors("digital_link") / "parse.json").read_text())["parse"]
    assert len(cases) > 50
    for case in cases:
        # The cases no longer say which of them were run leniently: what holds must be read so at the least,
        # what fails must at the least fail strictly.
        if case["ok"]:
            assert element_string(parse(case["uri"], lenient=True).elements) == case["ai"], case["uri"]
        else:
            with pytest.raises(LinkSyntaxError):
                parse(case["uri"])


def test_most_published_cases_hold_without_leniency():
    cases = json.loads((vectors("digital_link") / "parse.json").read_text())["parse"]
    needs_leniency = []
    for case in cases:
        if case["ok"]:
            try:
                assert element_string(parse(case["uri"]).elements) == case["ai"]
            except LinkSyntaxError:
                needs_leniency.append(case["uri"])
    assert needs_leniency == [
        "https://a/gtin/12312312312333/ser/ABC123",
        "https://a/01/2112345678900",
        "https://a/01/416000336108",
        "https://a/01/02345673",
        "https://a/8004/9520614141234567?01=2112345678900",
        "https://a/8004/9520614141234567?01=02345673",
        "https://brand.example.com/01/9520123456788",
        "https://example.com/01/09520123456788?99=XYZ&89=ABC123",
    ]


def test_a_code_of_ours_is_a_serial_number_of_its_trade_item():
    link = DigitalLink(Element("01", GTIN), (Element("10", "L2026-7K3P"), Element("21", "ABCD0123EFGH4567")))
    address = build(link, "https://guiyuan.example/")
    assert address == f"https://guiyuan.example/01/{GTIN}/10/L2026-7K3P/21/ABCD0123EFGH4567"
    assert parse(address) == link
    assert [build(one, "https://x.example") for one in link.ancestors] == [
        f"https://x.example/01/{GTIN}/10/L2026-7K3P",
        f"https://x.example/01/{GTIN}",
    ]


@given(
    st.text(alphabet="ABCabc019-_./!&'()*+,:;<=>?\"%", min_size=1, max_size=20),
    st.text(alphabet="XYZ09/%", min_size=1, max_size=20),
)
def test_whatever_is_built_is_read_again(lot, serial):
    link = DigitalLink(
        Element("01", GTIN), (Element("10", lot), Element("21", serial)), (Element("99", lot),)
    )
    assert parse(build(link, "https://guiyuan.example/stem")) == link


@pytest.mark.parametrize(
    "uri",
    [
        f"https://a.example/01/{GTIN}/foo",
        f"https://a.example/01/{GTIN}/21/A/10/B",
        f"https://a.example/01/{GTIN}/",
        f"https://a.example/01/{GTIN[:-1]}3",
        f"https://a.example/10/LOT/01/{GTIN}/99/X",
        f"ftp://a.example/01/{GTIN}",
    ],
)
def test_what_is_no_digital_link_is_refused(uri):
    with pytest.raises(LinkSyntaxError):
        parse(uri)


def test_a_short_gtin_is_filled_up_and_a_wrong_one_refused():
    assert gtin_14("9506000134352") == GTIN
    for wrong in ("9506000134353", "123", "950600013435x", "٠٠٠٠٠٠٠٠"):
        with pytest.raises(LinkSyntaxError):
            gtin_14(wrong)
