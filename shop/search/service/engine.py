"""What every search engine here answers, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.errors import Unavailable
from shop.catalogue.queries.index_documents import IndexDocument
from shop.catalogue.rules.listing_fields import SEARCHED

# A facet of an index -> what `Wanted` calls its chosen values.
FACETS = {"cultivar_group": "cultivar_groups", "root": "roots", "grower": "growers", "village": "villages"}
SORTS = ("relevance", "price", "-price", "new", "diameter", "-diameter")
PAGE_SIZE = 24
SEPARATOR = "\x1f"


class SearchAway(Unavailable):
    """The engine cannot answer now; the caller falls back to the database."""

    code = "search_unavailable"


class IndexMissing(SearchAway):
    """The engine is there, an index that can be read is not; a rebuild makes one."""

    code = "search_index_missing"


@dataclass(frozen=True)
class Wanted:
    """One request: words and filters. Sizes are inclusive and match a listing whose range overlaps."""

    q: str = ""
    cultivar_groups: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    growers: tuple[str, ...] = ()
    villages: tuple[str, ...] = ()
    min_price_minor: int | None = None
    max_price_minor: int | None = None
    min_diameter_mm: int | None = None
    max_diameter_mm: int | None = None
    min_height_cm: int | None = None
    max_height_cm: int | None = None
    week: int | None = None
    in_stock: bool = False
    sort: str = "relevance"
    page: int = 1

    @property
    def filtered(self) -> bool:
        """Whether anything is chosen beside the words."""
        return self != Wanted(q=self.q, sort=self.sort, page=self.page)


@dataclass(frozen=True)
class FacetValue:
    """`label` is the English one where the value has names in two languages."""

    value: str
    label_zh: str
    label_en: str
    count: int


@dataclass(frozen=True)
class SearchHits:
    """The ids of one page in order; `relaxed` when no listing held all the words and some of them had to do."""

    ids: tuple[int, ...]
    total: int
    engine: str
    facets: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    relaxed: bool = False


class Engine(Protocol):
    """A place where listings are found. All methods raise `SearchAway` when it is away."""

    name: str

    def search(self, wanted: Wanted) -> SearchHits:
        """One page of what is wanted."""

    def put(self, documents: Iterable[IndexDocument]) -> None:
        """Add, replace, or take out what is not visible; durable when it returns.

        Raises:
            IndexMissing: there is nothing to write into, and an index of these documents alone would hide the rest.
        """

    def rebuild(
        self, documents: Iterable[IndexDocument], *, still_ours: Callable[[], None] = lambda: None
    ) -> int:
        """Build a new index beside the one in use and swap it in; the number of listings in it.

        One at a time: the caller holds a claim, and `still_ours` raises just before the swap when that was lost.
        Whatever is raised, the index in use stays, and nothing of the new one.
        """

    def has_litter(self) -> bool:
        """Whether something lies there that is not in use: half an index of a process that was killed, an old one."""

    def tidy(self) -> None:
        """Remove it; only for whoever holds the claim."""

    def check_document(self, document: IndexDocument) -> None:
        """Raises, in any way, when the listing cannot be written into the index."""

    def check(self) -> None:
        """Raises when it cannot answer: IndexMissing when a rebuild would mend that."""


def flat(document: IndexDocument, group_names: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """A document as both engines store it: plain fields, facets as `value␟中文␟English`."""
    names = group_names.get(document.cultivar_group, (document.cultivar_group, document.cultivar_group))
    size = document.size
    diameters = [
        mm
        for mm in (
            size.ground_diameter_mm_min,
            size.ground_diameter_mm_max,
            size.breast_diameter_mm_min,
            size.breast_diameter_mm_max,
        )
        if mm is not None
    ]
    heights = [cm for cm in (size.height_cm_min, size.height_cm_max) if cm is not None]
    return {
        "id": document.id,
        "named": [document.title, document.cultivar, *names, document.grower_name, document.village_name_zh],
        "told": [*(str(getattr(document, name) or "") for name in SEARCHED), *document.variant_titles],
        "cultivar_group": SEPARATOR.join((document.cultivar_group, *names)),
        "root": SEPARATOR.join((document.root, document.root, document.root)),
        "grower": SEPARATOR.join((document.grower_slug, document.grower_name, document.grower_name)),
        "village": SEPARATOR.join(
            (document.village_name_zh, document.village_name_zh, document.village_name_en)
        ),
        "price": document.price_minor,
        "diameter_min": min(diameters, default=-1),
        "diameter_max": max(diameters, default=-1),
        "height_min": min(heights, default=-1),
        "height_max": max(heights, default=-1),
        "crown_min": size.crown_cm_min if size.crown_cm_min is not None else -1,
        "crown_max": size.crown_cm_max if size.crown_cm_max is not None else -1,
        "weeks": list(document.weeks),
        "in_stock": int(document.in_stock),
        "published": int(document.published_at.timestamp()) if document.published_at else 0,
    }


def facet_value(key: str, count: int) -> FacetValue:
    """A stored facet key back as value and names."""
    value, zh, en = (*key.split(SEPARATOR), "", "")[:3]
    return FacetValue(value=value, label_zh=zh, label_en=en, count=count)
