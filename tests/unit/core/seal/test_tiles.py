"""Tiles: their paths, how a tree grows into them, and that the tree in them is the tree of the entries."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.seal.models.tile_store import TileStore
from core.seal.rules import merkle
from core.seal.rules.tiles import (
    ENTRIES,
    Tile,
    TileDamaged,
    TreeReader,
    changed_tiles,
    pack,
    parse_path,
    tiles_of,
    truncate_to_tile,
    unpack,
)
from tests.examples import examples


def entries(count, start=0):
    return [b"entry %d" % n for n in range(start, start + count)]


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("0/000", Tile(0, 0)),
        ("0/273.p/112", Tile(0, 273, 112)),
        ("1/x001/x234/067", Tile(1, 1234067)),
        ("entries/x001/000.p/1", Tile(ENTRIES, 1000, 1)),
        ("63/000", Tile(63, 0)),
    ],
)
def test_paths_are_those_of_the_specification(path, tile):
    assert parse_path(path) == tile
    assert tile.path == f"tile/{path}"


@pytest.mark.parametrize(
    "path",
    ["", "0/0", "0/00", "00/000", "0/x000/001", "0/001/002", "64/000", "0/000.p/0", "0/000.p/256", "0/000.p/01",
     "0/000.p/999", "-1/000", "data/000", "0/000/", "0/../000", "0/x01/000", "entries/000.p/"],
)  # fmt: skip
def test_other_paths_are_no_tiles(path):
    assert parse_path(path) is None


def test_the_example_of_the_specification_has_its_tiles():
    found = tiles_of(70_000)
    assert sum(1 for one in found if one.level == 0 and one.width == 256) == 273
    assert [one for one in found if one.width < 256] == [
        Tile(ENTRIES, 273, 112), Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1),
    ]  # fmt: skip
    assert tiles_of(256) == [Tile(ENTRIES, 0), Tile(0, 0), Tile(1, 0, 1)]
    assert tiles_of(0) == []


@settings(max_examples=examples(25))
@given(st.lists(st.integers(1, 700), min_size=1, max_size=5))
def test_a_tree_that_grew_in_steps_is_the_tree_of_all_its_entries(steps):
    files = {}
    size = 0

    def load(tile):
        if tile in files:
            return files[tile]
        return truncate_to_tile(tile, files[tile.full])

    for step in steps:
        files |= dict(changed_tiles(size, load, entries(step, size)))
        size += step
    tree = TreeReader(size, load)
    whole = merkle.Levels([merkle.leaf_hash(one) for one in entries(size)])
    assert merkle.root(size, tree.read) == whole.root
    assert set(tiles_of(size)) <= set(files)
    assert unpack(load(Tile(ENTRIES, 0, min(size, 256)))) == entries(min(size, 256))
    for index in {0, size // 2, size - 1}:
        assert merkle.inclusion_proof(index, size, tree.read) == whole.inclusion(index)
    before = size - steps[-1]
    proof = merkle.consistency_proof(before, size, tree.read)
    old = merkle.root(before, TreeReader(before, load).read)
    merkle.verify_consistency(before, size, proof, old, whole.root)


def test_three_levels_of_tiles_are_read():
    files = dict(changed_tiles(0, lambda _tile: b"", entries(65_536 + 300)))
    size = 65_836
    tree = TreeReader(size, files.__getitem__)
    assert Tile(1, 0) in files
    assert Tile(2, 0, 1) in files
    whole = merkle.Levels([merkle.leaf_hash(one) for one in entries(size)])
    assert merkle.root(size, tree.read) == whole.root
    assert merkle.inclusion_proof(65_000, size, tree.read) == whole.inclusion(65_000)


def test_bundles_are_length_prefixed():
    assert pack([b"ab", b""]) == b"\x00\x02ab\x00\x00"
    assert unpack(b"\x00\x02ab\x00\x00") == [b"ab", b""]
    for cut_short in (b"\x00", b"\x00\x02a", b"\x00\x01a\x00"):
        with pytest.raises(TileDamaged):
            unpack(cut_short)


def test_a_store_cuts_a_partial_tile_from_a_wider_one(tmp_path):
    store = TileStore(tmp_path)
    store.write(Tile(0, 0, 3), b"a" * 32 + b"b" * 32 + b"c" * 32)
    assert store.load(Tile(0, 0, 2)) == b"a" * 32 + b"b" * 32
    assert store.find(Tile(0, 0, 4)) is None
    assert store.find(Tile(0, 0)) is None
    store.write(Tile(ENTRIES, 0), pack(entries(256)))
    assert store.load(Tile(ENTRIES, 0, 9)) == pack(entries(9))
    with pytest.raises(TileDamaged):
        store.load(Tile(1, 0, 1))


def test_a_full_tile_replaces_its_partial_ones(tmp_path):
    store = TileStore(tmp_path)
    store.write(Tile(0, 0, 1), b"a" * 32)
    store.write(Tile(0, 0), b"a" * 32 * 256)
    store.drop_partials(Tile(0, 0, 1))
    assert not (tmp_path / "tile/0/000.p").exists()
    assert store.load(Tile(0, 0, 1)) == b"a" * 32


def test_only_one_process_may_write(tmp_path):
    one, other = TileStore(tmp_path), TileStore(tmp_path)
    with one.only_one() as first:
        assert first
        with other.only_one() as second:
            assert not second
    with other.only_one() as second:
        assert second


def test_nothing_half_written_is_left_when_writing_fails(tmp_path, monkeypatch):
    store = TileStore(tmp_path)

    def fail(_handle):
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        store.write(Tile(0, 0, 1), b"a" * 32)
    assert list((tmp_path / "tile/0/000.p").iterdir()) == []
