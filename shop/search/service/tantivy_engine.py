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
from tantivy import Index, Occur

from core.atomic import write_durably
from shop.catalogue.queries.index_documents import IndexDocument
from shop.search.rules import parse_query, pinyin_tokens, text_tokens
from shop.search.service.engine import (
    FACETS,
    PAGE_SIZE,
    FacetValue,
    IndexMissing,
    SearchAway,
    SearchHits,
    Wanted,
    facet_value,
    flat,
)
from shop.search.service.tantivy_queries import NUMBERS, all_of, any_of, filters_of, make_schema, words_of

SORT_FIELDS = {
    "price": ("price", tantivy.Order.Asc),
    "-price": ("price", tantivy.Order.Desc),
    "new": ("published", tantivy.Order.Desc),
    "diameter": ("diameter_min", tantivy.Order.Asc),
    "-diameter": ("diameter_max", tantivy.Order.Desc),
}
WRITER_BYTES = 32_000_000
KEEP_OLD_S = 60


class EmbeddedEngine:
    """Tantivy over `folder`; `group_names` answers code -> (Chinese, English) of the cultivar groups."""

    name = "embedded"

    def __init__(self, folder: Path, group_names: Callable[[], Mapping[str, tuple[str, str]]]) -> None:
        self.folder = folder
        self.group_names = group_names
        self.schema = make_schema()
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

    def search(self, wanted: Wanted) -> SearchHits:
        """One page of ids, best first, with facet counts that leave out their own filter."""
        try:
            searcher = self._index().searcher()
            parsed = parse_query(wanted.q)
            words = words_of(self.schema, parsed, all_of_them=True)
            filters = filters_of(self.schema, wanted, parsed.sizes)
            relaxed = False
            hits = self._page(searcher, words, filters, wanted)
            if not hits.count and len(words) > 1:
                words = [(Occur.Must, any_of(words_of(self.schema, parsed, all_of_them=False)))]
                hits = self._page(searcher, words, filters, wanted)
                relaxed = bool(hits.count)
            ids = searcher.fast_field_values("id", [address for _score, address in hits.hits])
            facets = {
                name: self._counts(searcher, words, filters, name, getattr(wanted, chosen))
                for name, chosen in FACETS.items()
            }
        except (ValueError, OSError) as error:
            raise SearchAway(code="search_unavailable") from error
        return SearchHits(
            tuple(int(i) for i in ids if i is not None), hits.count or 0, self.name, facets, relaxed
        )

    def _page(
        self, searcher: Any, words: Sequence[Any], filters: Mapping[str, Sequence[Any]], wanted: Wanted
    ) -> Any:
        query = all_of([*words, *(clause for group in filters.values() for clause in group)])
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
        others = [clause for group, clauses in filters.items() if group != name for clause in clauses]
        answer = searcher.aggregate(
            all_of([*words, *others]), {"values": {"terms": {"field": name, "size": 40}}}
        )
        values = [facet_value(b["key"], b["doc_count"]) for b in answer["values"]["buckets"]]
        missing = set(chosen) - {facet.value for facet in values}
        return (*values, *(FacetValue(choice, choice, choice, 0) for choice in sorted(missing)))

    # -- writing ---------------------------------------------------------------------------------

    def put(self, documents: Iterable[IndexDocument]) -> None:
        """Write into the index in use; the documents are read when it is our turn, so the last word is the newest."""
        with self._exclusive_lock():
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
            with self._exclusive_lock():
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
        return [generation for generation in self.folder.glob("generation-*") if generation.name != in_use]

    @contextmanager
    def _exclusive_lock(self) -> Iterator[None]:
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
