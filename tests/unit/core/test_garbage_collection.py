import gc

import pytest

from core.garbage_collection import without_collecting


@pytest.fixture(autouse=True)
def collecting():
    before = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if before else gc.disable)()


def test_the_search_rests_until_the_outermost_work_is_done():
    with without_collecting():
        with without_collecting():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_a_failure():
    @without_collecting()
    def fail():
        assert not gc.isenabled()
        raise ValueError

    with pytest.raises(ValueError):
        fail()
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off():
    gc.disable()
    with without_collecting():
        pass
    assert not gc.isenabled()
