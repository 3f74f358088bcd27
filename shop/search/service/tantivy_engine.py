"""The default engine: Tantivy in this process, its index a folder in `var/`.

An index is a generation folder; the file `current` names the one in use and is replaced atomically, so a
rebuild never shows half an index and readers in other processes follow within their next query.
"""

from __future__ import annotations

import fcntl
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy
from tantivy import FieldType, Index, Occur
from tantivy import Query as Q  # noqa: N817 - every line below is a query

from core.atomic import write_durably
from shop.catalogue.queries.index_documents import IndexDocument
from shop.search.rules import Query, SizeWanted, pairs, parse_query, pinyin_tokens, sound_of, text_tokens
from shop.search.service.engine import (
    FACETS,
    PAGE_SIZE,
    FacetValue,
    Found,
    IndexMissing,
    SearchAway,
    Wanted,
    facet_value,
    flat,
)

NUMBERS = (
    "price", "diameter_min", "diameter_max", "height_min", "height_max", "crown_min", "crown_max", "in_stock",
    "published",
)  # fmt: skip
SORT_FIELDS = {
    "price": ("price", tantivy.Order.Asc),
    "-price": ("price", tantivy.Order.Desc),
    "new": ("published", tantivy.Order.Desc),
    "diameter": ("diameter_min", tantivy.Order.Asc),
    "-diameter": ("diameter_max", tantivy.Order.Desc),
}
WRITER_BYTES = 32_000_000
KEEP_OLD_S = 60


def _schema() -> tantivy.Schema:
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


class EmbeddedEngine:
    """Tantivy over `folder`; `group_names` answers code -> (Chinese, English) of the cultivar groups."""

    name = "embedded"

    def __init__(self, folder: Path, group_names: Callable[[], Mapping[str, tuple[str, str]]]) -> None:
        self.folder = folder
        self.group_names = group_names
        self.schema = _schema()
        self._lock = threading.Lock()
        self._open: tuple[str, float, Index] | None = None

    # -- reading ---------------------------------------------------------------------------------

    def _index(self) -> Index:
        """The index in use, opened again when it was swapped or has grown."""
        pointer = self.folder / "current"
        try:
            generation = pointer.read_text().strip()
            changed_at = (self.folder / generation / "meta.json").stat().st_mtime_ns
        except OSError:
            raise IndexMissing from None
        with self._lock:
            try:
                if self._open is None or self._open[0] != generation:
                    self._open = (generation, changed_at, Index(self.schema, str(self.folder / generation)))
                elif self._open[1] != changed_at:
                    self._open[2].reload()
                    self._open = (generation, changed_at, self._open[2])
            except ValueError as error:  # torn files, as a full disk leaves them: as good as none
                raise IndexMissing from error
            return self._open[2]

    def check(self) -> None:
        """Raises IndexMissing when there is no index yet, or one that cannot be read."""
        self._index()

    def search(self, wanted: Wanted) -> Found:
        """One page of ids, best first, with facet counts that leave out their own filter."""
        try:
            searcher = self._index().searcher()
            parsed = parse_query(wanted.q)
            words = self._words(parsed, all_of_them=True)
            filters = self._filters(wanted, parsed.sizes)
            relaxed = False
            hits = self._page(searcher, words, filters, wanted)
            if not hits.count and len(words) > 1:
                words = [(Occur.Must, self._some(self._words(parsed, all_of_them=False)))]
                hits = self._page(searcher, words, filters, wanted)
                relaxed = bool(hits.count)
            ids = searcher.fast_field_values("id", [address for _score, address in hits.hits])
            facets = {
                name: self._counts(searcher, words, filters, name, getattr(wanted, chosen))
                for name, chosen in FACETS.items()
            }
        except (ValueError, OSError) as error:
            raise SearchAway(code="search_unavailable") from error
        return Found(tuple(int(i) for i in ids if i is not None), hits.count or 0, self.name, facets, relaxed)

    def _page(
        self, searcher: Any, words: Sequence[Any], filters: Mapping[str, Sequence[Any]], wanted: Wanted
    ) -> Any:
        query = self._all([*words, *(one for group in filters.values() for one in group)])
        field_order = SORT_FIELDS.get(wanted.sort)
        options: dict[str, Any] = {"limit": PAGE_SIZE, "offset": (wanted.page - 1) * PAGE_SIZE}
        if field_order is None and not words:
            field_order = SORT_FIELDS["new"]
        if field_order is not None:
            options |= {"order_by_field": field_order[0], "order": field_order[1]}
        return searcher.search(query, **options)

    def _counts(
        self,
        searcher: Any,
        words: Sequence[Any],
        filters: Mapping[str, Sequence[Any]],
        name: str,
        chosen: Sequence[str],
    ) -> tuple[FacetValue, ...]:
        others = [one for group, ones in filters.items() if group != name for one in ones]
        answer = searcher.aggregate(
            self._all([*words, *others]), {"values": {"terms": {"field": name, "size": 40}}}
        )
        values = [facet_value(b["key"], b["doc_count"]) for b in answer["values"]["buckets"]]
        missing = set(chosen) - {one.value for one in values}
        return (*values, *(FacetValue(one, one, one, 0) for one in sorted(missing)))

    def _all(self, parts: Sequence[tuple[Occur, Q]]) -> Q:
        return Q.boolean_query(list(parts)) if parts else Q.all_query()

    def _some(self, parts: Sequence[tuple[Occur, Q]]) -> Q:
        return Q.boolean_query([(Occur.Should, query) for _occur, query in parts])

    def _words(self, parsed: Query, *, all_of_them: bool) -> list[tuple[Occur, Q]]:
        parts: list[Q] = []
        for run in parsed.chinese:
            pieces = (pairs(run) if len(run) > 1 else [run]) if all_of_them else [*pairs(run), *run]
            written = [self._written(piece) for piece in pieces]
            if all_of_them:
                same_sound = Q.boost_query(Q.term_query(self.schema, "sound", sound_of(run)), 0.4)
                as_written = Q.boolean_query([(Occur.Must, one) for one in written])
                parts.append(Q.boolean_query([(Occur.Should, as_written), (Occur.Should, same_sound)]))
            else:
                parts.extend(written)
        parts.extend(self._latin(word) for word in parsed.latin)
        return [(Occur.Must, part) for part in parts]

    def _written(self, piece: str) -> Q:
        return Q.disjunction_max_query(
            [
                Q.boost_query(Q.term_query(self.schema, "named", piece), 3.0),
                Q.term_query(self.schema, "told", piece),
            ]
        )

    def _latin(self, word: str) -> Q:
        """Pinyin, initials or English, whole, begun or with a slip of the finger."""
        options = [
            Q.boost_query(Q.term_query(self.schema, "named", word), 4.0),
            Q.boost_query(Q.term_query(self.schema, "sound", word), 3.0),
            Q.term_query(self.schema, "told", word),
        ]
        if len(word) >= 3:
            for name in ("sound", "named"):
                prefix = Q.fuzzy_term_query(self.schema, name, word, distance=0, prefix=True)
                options.append(Q.boost_query(Q.const_score_query(prefix, 1.0), 1.2))
        if len(word) >= 4:
            distance = 1 if len(word) < 8 else 2
            for name in ("sound", "named"):
                slip = Q.fuzzy_term_query(self.schema, name, word, distance=distance)
                options.append(Q.boost_query(Q.const_score_query(slip, 1.0), 0.5))
        return Q.disjunction_max_query(options)

    def _filters(self, wanted: Wanted, sizes: Sequence[SizeWanted]) -> dict[str, list[tuple[Occur, Q]]]:
        filters: dict[str, list[tuple[Occur, Q]]] = {"sizes": [], "rest": []}
        for name, attribute in FACETS.items():
            values = list(getattr(wanted, attribute))
            if values:
                choice = Q.term_set_query(self.schema, f"{name}_value", values)
                filters[name] = [(Occur.Must, Q.const_score_query(choice, 0.0))]
        for size in sizes:
            measure = size.measure.rsplit("_", 1)[0]
            filters["sizes"] += self._overlap(measure, size.least, size.most)
        filters["sizes"] += self._overlap("diameter", wanted.min_diameter_mm, wanted.max_diameter_mm)
        filters["sizes"] += self._overlap("height", wanted.min_height_cm, wanted.max_height_cm)
        filters["rest"] += self._between("price", wanted.min_price_minor, wanted.max_price_minor)
        if wanted.week is not None:
            filters["rest"] += self._between("weeks", wanted.week, wanted.week)
        if wanted.in_stock:
            filters["rest"] += self._between("in_stock", 1, 1)
        return filters

    def _between(self, name: str, least: int | None, most: int | None) -> list[tuple[Occur, Q]]:
        if least is None and most is None:
            return []
        span = Q.range_query(self.schema, name, FieldType.Integer, least, most)
        return [(Occur.Must, Q.const_score_query(span, 0.0))]

    def _overlap(self, measure: str, least: int | None, most: int | None) -> list[tuple[Occur, Q]]:
        """Listings whose range meets [least, most]; those that tell no such measure are left out."""
        if least is None and most is None:
            return []
        return [
            *self._between(f"{measure}_min", 0, most),
            *self._between(f"{measure}_max", least if least is not None else 0, None),
        ]

    # -- writing ---------------------------------------------------------------------------------

    def put(self, documents: Iterable[IndexDocument]) -> None:
        """Write into the index in use; the documents are read when it is our turn, so the last word is the newest."""
        with self._alone():
            names = self.group_names()
            index = self._index()
            with self._writer(index) as writer:
                for document in documents:
                    writer.delete_documents_by_term("id", document.id)
                    if document.visible:
                        writer.add_document(self._document(document, names))
                writer.commit()
            index.reload()

    def rebuild(
        self, documents: Iterable[IndexDocument], *, still_ours: Callable[[], None] = lambda: None
    ) -> int:
        """Build a new generation beside the one in use, then swap the pointer."""
        self.tidy()
        generation = f"generation-{time.time_ns()}"
        path = self.folder / generation
        path.mkdir(parents=True)
        try:
            count = self._fill(path, documents)
            still_ours()
            with self._alone():
                write_durably(self.folder / "current", generation.encode())
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
        return count

    def _fill(self, path: Path, documents: Iterable[IndexDocument]) -> int:
        names = self.group_names()
        count = 0
        try:
            with self._writer(Index(self.schema, str(path))) as writer:
                for document in documents:
                    if document.visible:
                        writer.add_document(self._document(document, names))
                        count += 1
                writer.commit()
                writer.wait_merging_threads()
        except ValueError as error:  # Tantivy's word for whatever the disk refused
            raise SearchAway(code="search_index_not_written") from error
        return count

    def has_litter(self) -> bool:
        """Whether a generation lies there that is not in use any more, or never was."""
        return bool(self._unused())

    def tidy(self) -> None:
        """Remove unused generations, but none for a minute after a swap: a reader may still be inside."""
        for old in self._unused():
            shutil.rmtree(old, ignore_errors=True)

    def _unused(self) -> list[Path]:
        pointer = self.folder / "current"
        try:
            in_use, swapped_at = pointer.read_text().strip(), pointer.stat().st_mtime
        except OSError:
            in_use, swapped_at = "", 0.0
        if time.time() - swapped_at <= KEEP_OLD_S:
            return []
        return [one for one in self.folder.glob("generation-*") if one.name != in_use]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time, over all processes of this machine; waits for its turn."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "write.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _writer(self, index: Index) -> Any:
        try:
            return index.writer(WRITER_BYTES, 1)
        except ValueError as error:
            raise SearchAway(code="search_index_busy") from error

    def check_document(self, document: IndexDocument) -> None:
        """Raises, in any way, when the listing cannot be written into the index."""
        self._document(document, self.group_names())

    def _document(self, document: IndexDocument, names: Mapping[str, tuple[str, str]]) -> tantivy.Document:
        fields: dict[str, Any] = flat(document, names)
        made = tantivy.Document()
        made.add_integer("id", fields["id"])
        made.add_text("named", " ".join(text_tokens(fields["named"])))
        made.add_text("told", " ".join(text_tokens(fields["told"])))
        made.add_text("sound", " ".join(pinyin_tokens(fields["named"])))
        for name in FACETS:
            made.add_text(name, fields[name])
            made.add_text(f"{name}_value", fields[name].split("\x1f")[0])
        for name in NUMBERS:
            made.add_integer(name, fields[name])
        for week in fields["weeks"]:
            made.add_integer("weeks", week)
        return made
