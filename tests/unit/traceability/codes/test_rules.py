"""How codes are written, and how forgivingly they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.codes.rules import notation as rules
from traceability.codes.rules.notation import (
    ALPHABET,
    CodeProblem,
    address,
    grouped,
    is_well_formed,
    looks_like_code,
    masked,
    new_code,
    read_code,
    with_check,
)

codes = st.text(ALPHABET, min_size=15, max_size=15).map(with_check)
CODE = with_check("01A0J1KMNPQRSTV")


def test_new_codes_are_well_formed_and_different():
    fresh = {new_code() for _ in range(500)}
    assert len(fresh) == 500
    assert all(is_well_formed(code) for code in fresh)


def test_new_codes_use_every_symbol_about_equally_often():
    counts = dict.fromkeys(ALPHABET, 0)
    for _ in range(2_000):
        for symbol in new_code()[:15]:
            counts[symbol] += 1
    expected = 2_000 * 15 / 32
    chi_squared = sum((count - expected) ** 2 / expected for count in counts.values())
    assert chi_squared < 80  # 31 degrees of freedom: above this once in 300,000 runs


@given(codes)
def test_a_code_is_read_back_from_every_way_of_writing_it(code):
    for text in (
        code,
        code.lower(),
        grouped(code),
        grouped(code).replace("-", " "),
        f"  {grouped(code)}\n",
        grouped(code).replace("-", "—"),
        code.replace("0", "O").replace("1", "I"),
        code.replace("0", "o").replace("1", "l"),
        "".join(chr(ord(s) + 0xFEE0) for s in code),
        address("https://guihua.example.org", code),
        f"http://127.0.0.1:8000/c/{code.lower()}?from=wechat#top",
        f"扫一扫 https://guihua.example.org/C/{code}/",
        f"https://id.example.org/01/09506000134352/10/L1/21/{code}",
    ):
        assert read_code(text).code == code, text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", CodeProblem.SYMBOLS),
        ("丹桂", CodeProblem.SYMBOLS),
        (CODE[:-1], CodeProblem.LENGTH),
        (CODE + "0", CodeProblem.LENGTH),
        (CODE[:-1] + ("0" if CODE[-1] != "0" else "2"), CodeProblem.CHECK),
        ("U" + CODE[1:], CodeProblem.SYMBOLS),
        ("x" * 5000, CodeProblem.LENGTH),
    ],
)
def test_what_is_no_code_says_why(text, problem):
    typed = read_code(text)
    assert typed.code is None
    assert typed.problem is problem


@given(st.text(max_size=400))
def test_anything_at_all_can_be_typed(text):
    typed = read_code(text)
    assert typed.code is None or is_well_formed(typed.code)
    assert (typed.code is None) == (typed.problem is not None)


def test_a_code_is_shown_masked():
    assert masked(CODE) == "····-" + CODE[-4:]
    assert CODE not in masked(CODE)
    assert masked("") == "····"


def test_the_address_of_a_code_is_upper_case():
    assert address("https://Guihua.example.org/", CODE) == f"HTTPS://GUIHUA.EXAMPLE.ORG/C/{CODE}"


def test_a_mistyped_code_still_looks_like_one_but_a_licence_number_does_not():
    assert looks_like_code(CODE)
    assert looks_like_code(CODE[:-1])
    assert not looks_like_code("XNGH-2026-018")
    assert not looks_like_code("https://shop123.taobao.com")


def test_many_codes_at_once_are_as_well_formed_and_as_random():
    codes = rules.new_codes(2_000)
    assert len(set(codes)) == 2_000
    assert all(rules.is_well_formed(code) for code in codes)
    assert {code[place] for code in codes for place in range(15)} == set(rules.ALPHABET)
    assert rules.new_codes(1)[0] not in codes


def test_an_inner_code_is_read_as_people_type_it():
    inner = rules.new_inner_code()
    assert rules.read_inner(f" {inner[:4].lower()}-{inner[4:]} ") == inner
    assert rules.read_inner("O1LI2345") == "01112345"
    assert [rules.read_inner(text) for text in ("", "1234567", "123456789", "1234567!")] == [None] * 4


@pytest.mark.parametrize(
    ("length", "meant"), [(13, False), (14, True), (15, True), (17, True), (18, True), (19, False)]
)
def test_up_to_two_symbols_too_few_or_too_many_are_a_mistyped_code(length, meant):
    assert looks_like_code("Z" * length) == meant
    assert not looks_like_code("U" * length)  # no symbol of codes


@pytest.mark.parametrize("place", range(16))
def test_one_wrong_symbol_anywhere_is_found(place):
    wrong = "2" if CODE[place] != "2" else "3"
    assert not rules.is_well_formed(CODE[:place] + wrong + CODE[place + 1 :])


@pytest.mark.parametrize("code", ["", "2" * 15, "2" * 17, "U" + "2" * 15, "2" * 15 + "U"])
def test_what_is_not_sixteen_symbols_of_the_alphabet_is_no_code(code):
    assert not rules.is_well_formed(code)
