"""Meilisearch, when MEILISEARCH_URL is set: settings applied by us, re-index builds a new index and swaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import meilisearch
from meilisearch.errors import MeilisearchApiError, MeilisearchError

from core.ids import random_id
from shop.catalogue.queries.index_documents import IndexDocument
from shop.search.rules import SizeWanted, parse_query, pinyin_tokens, simplified
from shop.search.service.engine import (
    FACETS,
    PAGE_SIZE,
    SEPARATOR,
    FacetValue,
    IndexMissing,
    SearchAway,
    SearchHits,
    Wanted,
    facet_value,
    flat,
)

INDEX = "guiyuan_listings"
NEW = f"{INDEX}_new"  # and a word of each rebuild
MOST_INDEXES = 1_000
BATCH = 500
TASK_TIMEOUT_MS = 120_000
REQUEST_TIMEOUT_S = 3
SORTS = {
    "price": ["price:asc"],
    "-price": ["price:desc"],
    "new": ["published:desc"],
    "diameter": ["diameter_min:asc"],
    "-diameter": ["diameter_max:desc"],
}
SETTINGS: dict[str, Any] = {
    "searchableAttributes": ["named", "sound", "told"],
    "displayedAttributes": ["id"],
    "filterableAttributes": [
        "id", *FACETS, *(f"{name}_value" for name in FACETS), "price", "diameter_min", "diameter_max", "height_min",
        "height_max", "crown_min", "crown_max", "weeks", "in_stock",
    ],
    "sortableAttributes": ["price", "diameter_min", "diameter_max", "published"],
    "rankingRules": ["words", "typo", "proximity", "attribute", "sort", "exactness"],
    "typoTolerance": {"minWordSizeForTypos": {"oneTypo": 4, "twoTypos": 8}},
    "pagination": {"maxTotalHits": 20_000},
    "faceting": {"maxValuesPerFacet": 40},
}  # fmt: skip


class MeilisearchEngine:
    """The same documents and answers as the embedded engine, over Meilisearch's own client."""

    name = "meilisearch"

    def __init__(
        self, url: str, key: str | None, group_names: Callable[[], Mapping[str, tuple[str, str]]]
    ) -> None:
        self.client = meilisearch.Client(url, key, timeout=REQUEST_TIMEOUT_S)
        self.group_names = group_names

    def check(self) -> None:
        """Raises SearchAway unless the server is available, IndexMissing unless it holds our index."""
        try:
            self.client.health()
            self._must_have_index()
        except (MeilisearchError, OSError) as error:
            raise SearchAway from error

    def _must_have_index(self) -> None:
        """Documents sent to an index that is not there would make one without our settings."""
        try:
            self.client.get_index(INDEX)
        except MeilisearchApiError as error:
            if error.code == "index_not_found":
                raise IndexMissing from error
            raise

    def search(self, wanted: Wanted) -> SearchHits:
        """One page of ids, with facet counts that leave out their own filter (one multi-search)."""
        parsed = parse_query(wanted.q)
        text = " ".join((*parsed.chinese, *parsed.latin))
        filters = self._filters(wanted, parsed.sizes)
        try:
            answer, facets = self._ask(text, filters, wanted, "all")
            relaxed = False
            if not answer["totalHits"] and text:
                answer, facets = self._ask(text, filters, wanted, "last")
                relaxed = bool(answer["totalHits"])
        except (MeilisearchError, OSError) as error:
            raise SearchAway from error
        ids = tuple(int(hit["id"]) for hit in answer["hits"])
        return SearchHits(ids, answer["totalHits"], self.name, facets, relaxed)

    def _ask(
        self, text: str, filters: Mapping[str, list[str]], wanted: Wanted, strategy: str
    ) -> tuple[dict[str, Any], dict[str, tuple[FacetValue, ...]]]:
        page = {
            "indexUid": INDEX,
            "q": text,
            "filter": [condition for group in filters.values() for condition in group],
            "hitsPerPage": PAGE_SIZE,
            "page": wanted.page,
            "matchingStrategy": strategy,
            "attributesToRetrieve": ["id"],
        }
        sort = SORTS.get(wanted.sort) or (["published:desc"] if not text else None)
        if sort:
            page["sort"] = sort
        counts = [
            {
                "indexUid": INDEX,
                "q": text,
                "filter": [
                    condition
                    for group, conditions in filters.items()
                    if group != name
                    for condition in conditions
                ],
                "facets": [name],
                "limit": 0,
                "matchingStrategy": strategy,
            }
            for name in FACETS
        ]
        answers = self.client.multi_search([page, *counts])["results"]
        facets = {
            name: tuple(
                sorted(
                    (facet_value(key, n) for key, n in answer["facetDistribution"].get(name, {}).items()),
                    key=lambda facet: (-facet.count, facet.value),
                )
            )
            for name, answer in zip(FACETS, answers[1:], strict=True)
        }
        return answers[0], facets

    def _filters(self, wanted: Wanted, sizes: Sequence[SizeWanted]) -> dict[str, list[str]]:
        filters: dict[str, list[str]] = {"rest": []}
        for name, attribute in FACETS.items():
            values = getattr(wanted, attribute)
            if values:
                quoted = ", ".join('"' + value.replace("\\", "").replace('"', "") + '"' for value in values)
                filters[name] = [f"{name}_value IN [{quoted}]"]
        rest = filters["rest"]
        for size in sizes:
            rest += self._overlap(size.measure.rsplit("_", 1)[0], size.least, size.most)
        rest += self._overlap("diameter", wanted.min_diameter_mm, wanted.max_diameter_mm)
        rest += self._overlap("height", wanted.min_height_cm, wanted.max_height_cm)
        if wanted.min_price_minor is not None:
            rest.append(f"price >= {wanted.min_price_minor}")
        if wanted.max_price_minor is not None:
            rest.append(f"price <= {wanted.max_price_minor}")
        if wanted.week is not None:
            rest.append(f"weeks = {wanted.week}")
        if wanted.in_stock:
            rest.append("in_stock = 1")
        return filters

    def _overlap(self, measure: str, least: int | None, most: int | None) -> list[str]:
        if least is None and most is None:
            return []
        parts = [f"{measure}_min >= 0", f"{measure}_max >= {least if least is not None else 0}"]
        if most is not None:
            parts.append(f"{measure}_min <= {most}")
        return parts

    # -- writing ---------------------------------------------------------------------------------

    def put(self, documents: Iterable[IndexDocument]) -> None:
        """Add, replace and remove, and wait until the server has done it."""
        names = self.group_names()
        try:
            self._must_have_index()
            index = self.client.index(INDEX)
            hidden_ids: list[str] = []
            fresh: list[dict[str, Any]] = []
            for document in documents:
                if document.visible:
                    fresh.append(self._document(document, names))
                else:
                    hidden_ids.append(str(document.id))
            if hidden_ids:
                self._wait(index.delete_documents(filter=f"id IN [{', '.join(hidden_ids)}]"))
            if fresh:
                self._wait(index.add_documents(fresh, primary_key="id"))
        except (MeilisearchError, OSError) as error:
            raise SearchAway from error

    def rebuild(
        self, documents: Iterable[IndexDocument], *, still_ours: Callable[[], None] = lambda: None
    ) -> int:
        """Fill a new index beside the one in use, swap the two, drop the old one."""
        new = f"{NEW}{random_id(12)}"
        try:
            self.tidy()
            try:
                count = self._fill(new, documents)
                still_ours()
                self._swap(new)
            finally:
                self._drop(new)
        except (MeilisearchError, OSError) as error:
            raise SearchAway from error
        return count

    def _fill(self, new: str, documents: Iterable[IndexDocument]) -> int:
        names = self.group_names()
        count = 0
        self._wait(self.client.create_index(new, {"primaryKey": "id"}))
        index = self.client.index(new)
        self._wait(index.update_settings(SETTINGS))
        for batch in self._batches(documents):
            self._wait(index.add_documents([self._document(document, names) for document in batch]))
            count += len(batch)
        return count

    def _swap(self, new: str) -> None:
        try:
            self.client.get_index(INDEX)
        except MeilisearchError:
            self._wait(self.client.create_index(INDEX, {"primaryKey": "id"}))
        self._wait(self.client.swap_indexes([{"indexes": [INDEX, new]}]))

    def has_litter(self) -> bool:
        """Whether an index lies there that a killed rebuild had not come to the end of, or had not dropped."""
        return bool(self._unused())

    def tidy(self) -> None:
        """Drop those."""
        for uid in self._unused():
            self._drop(uid)

    def _unused(self) -> list[str]:
        try:
            indexes = self.client.get_indexes({"limit": MOST_INDEXES})["results"]
        except (MeilisearchError, OSError) as error:
            raise SearchAway from error
        return [index.uid for index in indexes if index.uid.startswith(NEW)]

    def _batches(self, documents: Iterable[IndexDocument]) -> Iterator[list[IndexDocument]]:
        visible = (document for document in documents if document.visible)
        while batch := list(islice(visible, BATCH)):
            yield batch

    def _drop(self, uid: str) -> None:
        try:
            self.client.get_index(uid)
        except MeilisearchError:
            return
        self._wait(self.client.index(uid).delete())

    def _wait(self, task: Any) -> None:
        done = self.client.wait_for_task(task.task_uid, timeout_in_ms=TASK_TIMEOUT_MS, interval_in_ms=25)
        if done.status != "succeeded":
            raise SearchAway(code="search_task_failed", task=str(task.task_uid))

    def check_document(self, document: IndexDocument) -> None:
        """Raises, in any way, when the listing cannot be written into the index."""
        self._document(document, self.group_names())

    def _document(self, document: IndexDocument, names: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
        fields = flat(document, names)
        fields["named"] = [simplified(text) for text in fields["named"]]
        fields["told"] = [simplified(text) for text in fields["told"]]
        fields["sound"] = sorted(set(pinyin_tokens(fields["named"])))
        for name in FACETS:
            fields[f"{name}_value"] = str(fields[name]).split(SEPARATOR)[0]
        return fields
