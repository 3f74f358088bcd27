"""The Meilisearch engine against a stand-in that speaks its API."""

import pytest

from core.settings import SettingError, Settings
from shop.search.service import finding as service
from shop.search.service.engine import IndexMissing, SearchAway, Wanted
from shop.search.service.meilisearch_engine import INDEX, MeilisearchEngine
from shop.search.tasks import bad_listings, rebuilding
from tests.conftest import NOON
from tests.stand_ins.meilisearch_server import MeilisearchStandIn
from tests.unit.shop.search.test_embedded import GROUPS, document


@pytest.fixture
def server():
    server = MeilisearchStandIn()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def engine(server):
    engine = MeilisearchEngine(server.url, server.key, lambda: GROUPS)
    engine.rebuild(
        [
            document(1, "朱砂丹桂 8公分", price_minor=68000),
            document(
                2, "波叶金桂", cultivar="波叶金桂", cultivar_group="jingui", root="bare_root", price_minor=80
            ),
            document(3, "九龙桂", visible=False),
        ]
    )
    return engine


def test_words_pinyin_and_traditional_writing_find_the_same(engine):
    for typed in ("丹桂", "dangui", "丹桂樹苗", "zsdg"):
        found = engine.search(Wanted(q=typed))
        assert (found.ids, found.engine) == ((1,), "meilisearch")


def test_filters_and_facets_are_those_of_the_embedded_engine(engine):
    found = engine.search(Wanted(cultivar_groups=("dangui",), min_diameter_mm=75, week=10, in_stock=True))
    assert found.ids == (1,)
    assert {one.value: one.count for one in found.facets["cultivar_group"]} == {"dangui": 1, "jingui": 1}
    assert engine.search(Wanted(q="8cm", max_price_minor=100)).ids == (2,)
    assert engine.search(Wanted(sort="price")).ids == (2, 1)
    assert engine.search(Wanted(sort="-price")).ids == (1, 2)


def test_some_words_have_to_do_when_no_listing_holds_all(engine):
    found = engine.search(Wanted(q="丹桂 樱花"))
    assert found.relaxed
    assert found.ids == (1,)


def test_a_change_and_a_withdrawal_reach_the_index(engine):
    engine.put([document(1, visible=False), document(4, "状元红", cultivar="状元红")])
    assert set(engine.search(Wanted()).ids) == {2, 4}


def test_a_rebuild_is_swapped_in_and_leaves_one_index_with_our_settings(engine, server):
    assert engine.rebuild([document(9, "银桂")]) == 1
    assert engine.search(Wanted()).ids == (9,)
    assert list(server.indexes) == [INDEX]
    assert server.indexes[INDEX]["settings"]["searchableAttributes"] == ["named", "sound", "told"]


def test_when_the_server_is_gone_the_engine_is_away(engine, server):
    server.stop()
    with pytest.raises(SearchAway):
        engine.search(Wanted(q="丹桂"))


def test_a_wrong_key_and_a_closed_port_are_start_up_errors(app, server):
    for url, key in ((server.url, "wrong"), ("http://127.0.0.1:9", server.key)):
        settings = Settings(_env_file=None, meilisearch_url=url, meilisearch_key=key)
        with pytest.raises(SettingError, match="MEILISEARCH_URL"):
            service.init_app(app, settings)


@pytest.mark.both
def test_a_server_without_our_index_is_told_from_one_that_is_away(app, engine, server, monkeypatch):
    with app.app_context():
        monkeypatch.setitem(app.extensions, "search", engine)
        monkeypatch.setattr(bad_listings, "documents_for_index", lambda **_: [document(9, "银桂")])
        assert rebuilding.tend(at=NOON) == 0
        server.indexes.clear()
        with pytest.raises(IndexMissing):
            engine.put([document(9, "银桂")])
        assert server.indexes == {}
        assert rebuilding.tend(at=NOON) == 1
        assert engine.search(Wanted()).ids == (9,)
        server.stop()
        assert rebuilding.tend(at=NOON) == 0
