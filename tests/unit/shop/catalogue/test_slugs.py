"""Addresses of listings."""

import re

from shop.catalogue.rules.slugs import WORDS_LENGTH, listing_slug


def test_a_chinese_title_reads_in_pinyin():
    assert re.fullmatch(r"zhu-sha-dan-gui-8-gong-fen-[0-9a-z]{8}", listing_slug("朱砂丹桂 8公分"))


def test_the_same_title_twice_has_two_addresses():
    assert listing_slug("丹桂") != listing_slug("丹桂")


def test_a_title_without_letters_still_has_an_address():
    assert re.fullmatch(r"[0-9a-z]{8}", listing_slug("！！"))


def test_a_long_title_is_cut_between_words():
    slug = listing_slug("桂" * 200)
    assert len(slug) <= WORDS_LENGTH + 8
    assert set(slug.split("-")[:-1]) == {"gui"}
