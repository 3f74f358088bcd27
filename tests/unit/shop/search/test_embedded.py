"""The embedded engine finds what a buyer means."""

import dataclasses

import pytest

from shop.catalogue.queries.index_documents import IndexDocument
from shop.catalogue.rules.measures import Size
from shop.catalogue.rules.seasons import Season
from shop.search.service.engine import IndexMissing, SearchAway, Wanted
from shop.search.service.tantivy_engine import EmbeddedEngine
from tests.conftest import NOON

GROUPS = {
    "jingui": ("金桂", "Golden osmanthus Luteus"),
    "yingui": ("银桂", "Silver osmanthus Albus"),
    "dangui": ("丹桂", "Orange osmanthus Aurantiacus"),
    "sijigui": ("四季桂", "Four-season osmanthus Asiaticus"),
}


def document(number=1, title="丹桂", **changes):
    base = IndexDocument(
        id=number, slug=f"listing-{number}", visible=True, title=title, description="", cultivar_group="dangui",
        cultivar="朱砂丹桂", propagation="cutting", root="root_ball", grade="一级", origin="桂花镇",
        size=Size(ground_diameter_mm_min=70, ground_diameter_mm_max=80, height_cm_min=250, height_cm_max=300),
        variant_titles=("8公分",), seasons=(Season.SPRING,), weeks=(8, 9, 10, 11, 12), grower_id=1,
        grower_slug="green-hill", grower_name="青山苗圃", village_name_zh="青山村", village_name_en="Qingshan",
        unit_path="/1/2/3/", price_minor=68000, plant_price_minor=68000, available_plants=40, in_stock=True,
        published_at=NOON, updated_at=NOON,
    )  # fmt: skip
    return dataclasses.replace(base, **changes)


@pytest.fixture
def engine(tmp_path):
    engine = EmbeddedEngine(tmp_path / "search", lambda: GROUPS)
    engine.rebuild(
        [
            document(1, "朱砂丹桂 地径8公分 精品"),
            document(
                2, "波叶金桂小苗", cultivar_group="jingui", cultivar="波叶金桂", root="bare_root", price_minor=80,
                size=Size(height_cm_min=40, height_cm_max=60), grower_slug="brook", grower_name="溪边苗木", weeks=(45, 46),
            ),
            document(3, "九龙桂 盆栽", cultivar_group="yingui", cultivar="九龙桂", root="container", price_minor=11578,
                     village_name_zh="柏墩村", village_name_en="Baidun", grower_slug="moon", grower_name="明月园艺"),
            document(4, "日香桂", cultivar_group="sijigui", cultivar="日香桂", price_minor=2500, in_stock=False, grower_slug="moon", grower_name="明月园艺",
                     size=Size(breast_diameter_mm_min=100, breast_diameter_mm_max=120)),
            document(5, "丹桂 已下架", visible=False),
        ]
    )  # fmt: skip
    return engine


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("丹桂", 1),
        ("丹桂樹苗", 1),
        ("dangui", 1),
        ("dan gui", 1),
        ("zsdg", 1),
        ("zhusha", 1),
        ("danqui", 1),
        ("朱沙丹桂", 1),
        ("8公分", 1),
        ("8cm 丹桂", 1),
        ("青山苗圃", 1),
        ("orange osmanthus", 1),
        ("aurantiacus", 1),
        ("金桂小苗批发", 2),
        ("jingui", 2),
        ("波叶", 2),
        ("50cm", 2),
        ("jiulonggui", 3),
        ("jlg", 3),
        ("柏墩", 3),
        ("胸径11公分", 4),
        ("rixianggui", 4),
    ],
)
def test_the_best_answer_stands_first(engine, typed, first):
    assert engine.search(Wanted(q=typed)).ids[0] == first


def test_everything_is_listed_without_words_and_nothing_that_is_off_sale(engine):
    found = engine.search(Wanted())
    assert sorted(found.ids) == [1, 2, 3, 4]
    assert found.total == 4


def test_facets_count_and_leave_out_their_own_filter(engine):
    found = engine.search(Wanted(cultivar_groups=("dangui",)))
    assert found.ids == (1,)
    assert {v.value: v.count for v in found.facets["cultivar_group"]} == {
        "dangui": 1, "jingui": 1, "yingui": 1, "sijigui": 1,
    }  # fmt: skip
    assert {v.value: v.count for v in found.facets["root"]} == {"root_ball": 1}
    assert found.facets["grower"][0].label_zh == "青山苗圃"


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Wanted(min_price_minor=2000, max_price_minor=20000), {3, 4}),
        (Wanted(min_diameter_mm=75, max_diameter_mm=110), {1, 3, 4}),
        (Wanted(max_height_cm=100), {2}),
        (Wanted(week=45), {2}),
        (Wanted(in_stock=True), {1, 2, 3}),
        (Wanted(roots=("container", "bare_root")), {2, 3}),
        (Wanted(villages=("柏墩村",)), {3}),
        (Wanted(growers=("brook",)), {2}),
    ],
)
def test_filters_narrow_the_result(engine, wanted, ids):
    assert set(engine.search(wanted).ids) == ids


def test_prices_sort_both_ways(engine):
    assert engine.search(Wanted(sort="price")).ids == (2, 4, 3, 1)
    assert engine.search(Wanted(sort="-price")).ids == (1, 3, 4, 2)


def test_when_no_listing_holds_all_words_some_have_to_do(engine):
    found = engine.search(Wanted(q="朱砂丹桂 九龙桂"))
    assert found.relaxed
    assert set(found.ids) >= {1, 3}


def test_nothing_is_found_for_what_nobody_sells(engine):
    found = engine.search(Wanted(q="樱花"))
    assert (found.ids, found.total) == ((), 0)


def test_a_change_and_a_withdrawal_reach_the_index(engine, tmp_path):
    engine.put([document(1, "状元红", cultivar="状元红"), document(2, visible=False)])
    elsewhere = EmbeddedEngine(tmp_path / "search", lambda: GROUPS)
    for one in (engine, elsewhere):
        assert one.search(Wanted(q="zhuangyuanhong")).ids == (1,)
        assert 2 not in one.search(Wanted()).ids


def test_a_rebuild_is_swapped_in_for_readers_that_are_open(engine, tmp_path):
    elsewhere = EmbeddedEngine(tmp_path / "search", lambda: GROUPS)
    assert elsewhere.search(Wanted()).total == 4
    assert engine.rebuild([document(9, "银桂")]) == 1
    assert elsewhere.search(Wanted()).ids == (9,)


def test_without_an_index_the_engine_is_away(tmp_path):
    with pytest.raises(SearchAway):
        EmbeddedEngine(tmp_path / "none", lambda: GROUPS).search(Wanted())


def test_pages_follow_each_other_without_gaps(tmp_path):
    engine = EmbeddedEngine(tmp_path / "many", lambda: GROUPS)
    engine.rebuild([document(n, f"丹桂 {n}", price_minor=n) for n in range(1, 61)])
    seen = [i for page in (1, 2, 3) for i in engine.search(Wanted(sort="price", page=page)).ids]
    assert seen == list(range(1, 61))


@pytest.mark.parametrize("suffix", [".json", ".term"])
def test_an_index_with_torn_files_counts_as_missing_and_a_rebuild_mends_it(engine, tmp_path, suffix):
    for path in (tmp_path / "search").glob(f"generation-*/*{suffix}"):
        path.write_bytes(b"")
    opened_later = EmbeddedEngine(tmp_path / "search", lambda: GROUPS)
    for use in (opened_later.check, lambda: opened_later.search(Wanted()), lambda: opened_later.put([])):
        with pytest.raises(IndexMissing):
            use()
    opened_later.rebuild([document(9, "银桂")])
    assert opened_later.search(Wanted()).ids == (9,)
