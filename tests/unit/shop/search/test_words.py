"""What was typed, understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.search.rules import SizeWanted, parse_query, pinyin_tokens, simplified, text_tokens


@pytest.mark.parametrize(
    ("typed", "sizes"),
    [
        ("8公分", [SizeWanted("diameter_mm", 80, 80)]),
        ("丹桂 8cm", [SizeWanted("diameter_mm", 80, 80)]),
        ("丹桂８ＣＭ", [SizeWanted("diameter_mm", 80, 80)]),
        ("地径6-8公分", [SizeWanted("diameter_mm", 60, 80)]),
        ("胸径 10 到 12 厘米", [SizeWanted("diameter_mm", 100, 120)]),
        ("米径8", [SizeWanted("diameter_mm", 80, 80)]),
        ("2.5公分", [SizeWanted("diameter_mm", 25, 25)]),
        ("80公分高", [SizeWanted("height_cm", 80, 80)]),
        ("高1.5米", [SizeWanted("height_cm", 150, 150)]),
        ("2-3米", [SizeWanted("height_cm", 200, 300)]),
        ("3m", [SizeWanted("height_cm", 300, 300)]),
        ("60cm", [SizeWanted("height_cm", 60, 60)]),
        ("冠幅120公分", [SizeWanted("crown_cm", 120, 120)]),
        ("8公分 高3米", [SizeWanted("diameter_mm", 80, 80), SizeWanted("height_cm", 300, 300)]),
        ("12-8公分", [SizeWanted("diameter_mm", 80, 120)]),
        ("丹桂", []),
    ],
)
def test_sizes_are_read_as_the_trade_writes_them(typed, sizes):
    assert list(parse_query(typed).sizes) == sizes


@pytest.mark.parametrize(
    ("typed", "chinese", "latin"),
    [
        ("丹桂樹苗", ("丹桂",), ()),
        ("銀桂", ("银桂",), ()),
        ("朱砂丹桂批发价格", ("朱砂丹桂",), ()),
        ("Dan Gui", (), ("dan", "gui")),
        ("ＤＡＮＧＵＩ", (), ("dangui",)),
        ("xi'an", (), ("xian",)),
        ("树苗", ("树苗",), ()),
        ("osmanthus seedlings", (), ("osmanthus",)),
    ],
)
def test_words_lose_their_script_and_the_fillers_of_shoppers(typed, chinese, latin):
    parsed = parse_query(typed)
    assert (parsed.chinese, parsed.latin) == (chinese, latin)


def test_sounds_hold_syllables_joined_syllables_and_initials():
    heard = set(pinyin_tokens(["朱砂丹桂"]))
    assert {"zhu", "dangui", "zhushadangui", "dg", "zsdg"} <= heard


def test_text_is_cut_into_characters_and_pairs():
    assert list(text_tokens(["丹桂 A1"])) == ["丹", "桂", "丹桂", "a", "1"]


@given(st.text(max_size=200))
def test_nothing_that_is_typed_breaks_the_parser(text):
    parse_query(text)
    assert simplified(simplified(text)) == simplified(text)
