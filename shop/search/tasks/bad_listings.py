"""A listing that cannot be put into the index stays out of it alone, with its failure noted; the others are found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

import structlog

from core.database import roll_back_after, session
from core.database_errors import words_of
from core.errors import Unavailable
from core.sweeps import note_failure, note_success
from core.work_claims import ClaimLost
from shop.catalogue.queries.index_documents import IndexDocument, documents_for_index, ids_for_index
from shop.search.service import finding

log = structlog.get_logger(__name__)
LISTING = "shop.search.listing"
BATCH = 200
Answer = TypeVar("Answer")


def with_sound_listings(
    write: Callable[[Iterable[IndexDocument]], Answer], *, at: datetime, ids: Iterable[int] | None = None
) -> Answer:
    """Do `write` with the documents of all listings, or of those with `ids`; an edge.

    When it fails, and neither engine, database nor disk are away, it is done once more without the listings of
    which no document can be made. Those are noted; a later run that succeeds with them forgets it.
    """
    wanted = None if ids is None else sorted(set(ids))
    try:
        answer = write(documents_for_index(at=at, ids=wanted))
    except (Unavailable, ClaimLost, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - a listing may be bad in any way; what ends the run goes on
        roll_back_after(error)
        log.warning("listings_not_indexed", error=words_of(error))
    else:
        session.rollback()
        note_success(LISTING, ids_for_index() if wanted is None else wanted)
        return answer
    good: list[int] = []
    answer = write(_sound(ids_for_index(wanted), at, good))
    session.rollback()
    note_success(LISTING, good)
    return answer


def _sound(ids: Sequence[int], at: datetime, good: list[int]) -> Iterator[IndexDocument]:
    for start in range(0, len(ids), BATCH):
        for document in _buildable_documents(ids[start : start + BATCH], at):
            good.append(document.id)
            yield document


def _buildable_documents(ids: Sequence[int], at: datetime) -> list[IndexDocument]:
    """All of them, or what the halves give, down to the single bad one, which is noted."""
    try:
        documents = list(documents_for_index(at=at, ids=ids))
        for document in documents:
            finding.engine().check_document(document)
    except Exception as error:  # noqa: BLE001 - as above
        roll_back_after(error)
        if len(ids) == 1:
            note_failure(LISTING, ids[0], error)
            return []
        log.info("listings_looked_at_in_halves", listings=len(ids), error=words_of(error))
    else:
        return documents
    middle = len(ids) // 2
    return _buildable_documents(ids[:middle], at) + _buildable_documents(ids[middle:], at)
