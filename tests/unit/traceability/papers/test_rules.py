"""Which papers must travel: the most special rule that fits decides."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.lookups.rules.provinces import BY_NAME, short_province
from traceability.papers.rules import (
    ANY,
    DEFAULT_RULES,
    PaperKind,
    PaperRule,
    is_still_valid,
    required_kinds,
)

QUARANTINE, ORIGIN, QUALITY, LABEL = (
    PaperKind.PLANT_QUARANTINE,
    PaperKind.ORIGIN_QUARANTINE,
    PaperKind.QUALITY,
    PaperKind.LABEL,
)


def test_by_default_two_certificates_and_one_label_travel():
    assert required_kinds(DEFAULT_RULES, province="浙江省", roots=["root_ball"]) == [
        QUARANTINE,
        QUALITY,
        LABEL,
    ]
    assert required_kinds(DEFAULT_RULES, province="浙江省", roots=[]) == [QUARANTINE, QUALITY, LABEL]


@pytest.mark.parametrize(
    ("special", "province", "roots", "kind", "needed"),
    [
        (PaperRule("湖北省", ANY, QUALITY, required=False), "湖北省", ["bare_root"], QUALITY, False),
        (PaperRule("湖北省", ANY, QUALITY, required=False), "浙江省", ["bare_root"], QUALITY, True),
        (PaperRule(ANY, "container", QUARANTINE, required=False), "浙江省", ["container"], QUARANTINE, False),
        (
            PaperRule(ANY, "container", QUARANTINE, required=False),
            "浙江省",
            ["container", "bare_root"],
            QUARANTINE,
            True,
        ),
        (PaperRule("海南省", "root_ball", ORIGIN, required=True), "海南省", ["root_ball"], ORIGIN, True),
        (PaperRule("海南省", "root_ball", ORIGIN, required=True), "海南省", ["bare_root"], ORIGIN, False),
    ],
)
def test_a_special_rule_goes_before_the_general_one(special, province, roots, kind, needed):
    kinds = required_kinds([*DEFAULT_RULES, special], province=province, roots=roots)
    assert (kind in kinds) is needed


def test_a_province_outweighs_a_root_kind():
    rules = [
        *DEFAULT_RULES,
        PaperRule("浙江省", ANY, QUALITY, required=False),
        PaperRule(ANY, "bare_root", QUALITY, required=True),
    ]
    assert QUALITY not in required_kinds(rules, province="浙江省", roots=["bare_root"])


rules = st.builds(
    PaperRule,
    st.sampled_from([ANY, "浙江省", "湖北省"]),
    st.sampled_from([ANY, "bare_root", "container"]),
    st.sampled_from(list(PaperKind)),
    st.booleans(),
)


@given(st.lists(rules, max_size=12, unique_by=lambda rule: (rule.province, rule.root, rule.kind)))
def test_the_order_of_rules_does_not_matter_and_more_roots_never_need_less(given_rules):
    one = required_kinds(given_rules, province="浙江省", roots=["bare_root"])
    assert required_kinds(given_rules[::-1], province="浙江省", roots=["bare_root"]) == one
    both = required_kinds(given_rules, province="浙江省", roots=["bare_root", "container"])
    assert set(one) <= set(both)


@pytest.mark.parametrize(
    ("given_name", "short"),
    [
        ("浙江省", "浙江"),
        ("浙江", "浙江"),
        ("北京市", "北京"),
        ("广西壮族自治区", "广西"),
        ("香港特别行政区", "香港"),
    ],
)
def test_a_province_is_known_with_and_without_its_kind(given_name, short):
    assert short_province(given_name) == short


def test_all_provinces_are_there_and_shorten_to_different_names():
    assert len(BY_NAME) == 34
    assert len({short_province(name) for name in BY_NAME}) == 34


def test_a_paper_is_valid_through_its_last_day():
    last = date(2026, 3, 12)
    assert is_still_valid(last, on=last)
    assert is_still_valid(None, on=last)
    assert not is_still_valid(last, on=date(2026, 3, 13))


@pytest.mark.parametrize(
    ("kind", "required"),
    [("plant_quarantine", True), ("quality", True), ("label", True), ("origin_quarantine", False)],
)
@pytest.mark.parametrize("root", ["bare_root", "root_ball", "container"])
def test_what_travels_with_every_parcel_unless_the_branch_says_otherwise(kind, required, root):
    wanted = required_kinds(DEFAULT_RULES, province="浙江省", roots=[root])
    assert (PaperKind(kind) in wanted) == required


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("浙江省", "浙江"),
        ("北京市", "北京"),
        ("广西壮族自治区", "广西"),
        ("新疆维吾尔自治区", "新疆"),
        ("西藏自治区", "西藏"),
        ("香港特别行政区", "香港"),
        # A name of one character keeps its kind: nobody would know it.
        ("津市", "津市"),
        ("省", "省"),
        ("浙江", "浙江"),
    ],
)
def test_a_province_is_known_without_its_kind(name, short):
    assert short_province(name) == short
