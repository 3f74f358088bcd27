"""The fields of the embedded index, and what is asked of it."""

from __future__ import annotations

from collections.abc import Sequence

import tantivy
from tantivy import FieldType, Occur
from tantivy import Query as Q  # noqa: N817 - every line below is a query

from shop.search.rules import Query, SizeWanted, pairs, sound_of
from shop.search.service.engine import FACETS, Wanted

NUMBERS = (
    "price", "diameter_min", "diameter_max", "height_min", "height_max", "crown_min", "crown_max", "in_stock",
    "published",
)  # fmt: skip


def make_schema() -> tantivy.Schema:
    """The fields of an index."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=True, indexed=True, fast=True)
    for name in ("named", "told", "sound"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
        builder.add_text_field(f"{name}_value", tokenizer_name="raw", index_option="basic")
    for name in NUMBERS:
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_integer_field("weeks", indexed=True)
    return builder.build()


def all_of(parts: Sequence[tuple[Occur, Q]]) -> Q:
    """Whatever meets every part; all listings where there is none."""
    return Q.boolean_query(list(parts)) if parts else Q.all_query()


def any_of(parts: Sequence[tuple[Occur, Q]]) -> Q:
    """Whatever meets one part."""
    return Q.boolean_query([(Occur.Should, query) for _occur, query in parts])


def words_of(schema: tantivy.Schema, parsed: Query, *, all_of_them: bool) -> list[tuple[Occur, Q]]:
    """The typed words, each as written or sounding alike; without `all_of_them` also their single characters."""
    parts: list[Q] = []
    for run in parsed.chinese:
        pieces = (pairs(run) if len(run) > 1 else [run]) if all_of_them else [*pairs(run), *run]
        written = [_written(schema, piece) for piece in pieces]
        if all_of_them:
            same_sound = Q.boost_query(Q.term_query(schema, "sound", sound_of(run)), 0.4)
            as_written = Q.boolean_query([(Occur.Must, query) for query in written])
            parts.append(Q.boolean_query([(Occur.Should, as_written), (Occur.Should, same_sound)]))
        else:
            parts.extend(written)
    parts.extend(_latin(schema, word) for word in parsed.latin)
    return [(Occur.Must, part) for part in parts]


def _written(schema: tantivy.Schema, run: str) -> Q:
    return Q.disjunction_max_query(
        [
            Q.boost_query(Q.term_query(schema, "named", run), 3.0),
            Q.term_query(schema, "told", run),
        ]
    )


def _latin(schema: tantivy.Schema, word: str) -> Q:
    """Pinyin, initials or English, whole, begun or with a slip of the finger."""
    options = [
        Q.boost_query(Q.term_query(schema, "named", word), 4.0),
        Q.boost_query(Q.term_query(schema, "sound", word), 3.0),
        Q.term_query(schema, "told", word),
    ]
    if len(word) >= 3:
        for name in ("sound", "named"):
            prefix = Q.fuzzy_term_query(schema, name, word, distance=0, prefix=True)
            options.append(Q.boost_query(Q.const_score_query(prefix, 1.0), 1.2))
    if len(word) >= 4:
        distance = 1 if len(word) < 8 else 2
        for name in ("sound", "named"):
            slip = Q.fuzzy_term_query(schema, name, word, distance=distance)
            options.append(Q.boost_query(Q.const_score_query(slip, 1.0), 0.5))
    return Q.disjunction_max_query(options)


def filters_of(
    schema: tantivy.Schema, wanted: Wanted, sizes: Sequence[SizeWanted]
) -> dict[str, list[tuple[Occur, Q]]]:
    """What was chosen beside the words, by the facet that it belongs to."""
    filters: dict[str, list[tuple[Occur, Q]]] = {"sizes": [], "rest": []}
    for name, attribute in FACETS.items():
        values = list(getattr(wanted, attribute))
        if values:
            choice = Q.term_set_query(schema, f"{name}_value", values)
            filters[name] = [(Occur.Must, Q.const_score_query(choice, 0.0))]
    for size in sizes:
        measure = size.measure.rsplit("_", 1)[0]
        filters["sizes"] += _overlap(schema, measure, size.least, size.most)
    filters["sizes"] += _overlap(schema, "diameter", wanted.min_diameter_mm, wanted.max_diameter_mm)
    filters["sizes"] += _overlap(schema, "height", wanted.min_height_cm, wanted.max_height_cm)
    filters["rest"] += _between(schema, "price", wanted.min_price_minor, wanted.max_price_minor)
    if wanted.week is not None:
        filters["rest"] += _between(schema, "weeks", wanted.week, wanted.week)
    if wanted.in_stock:
        filters["rest"] += _between(schema, "in_stock", 1, 1)
    return filters


def _between(schema: tantivy.Schema, name: str, least: int | None, most: int | None) -> list[tuple[Occur, Q]]:
    if least is None and most is None:
        return []
    span = Q.range_query(schema, name, FieldType.Integer, least, most)
    return [(Occur.Must, Q.const_score_query(span, 0.0))]


def _overlap(
    schema: tantivy.Schema, measure: str, least: int | None, most: int | None
) -> list[tuple[Occur, Q]]:
    """Listings whose range meets [least, most]; those that tell no such measure are left out."""
    if least is None and most is None:
        return []
    return [
        *_between(schema, f"{measure}_min", 0, most),
        *_between(schema, f"{measure}_max", least if least is not None else 0, None),
    ]
