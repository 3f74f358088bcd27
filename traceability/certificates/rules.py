"""Which codes a parcel carries, in few words. Pure."""

from collections import defaultdict
from collections.abc import Iterable

from traceability.codes.rules.sealed_steps import runs_of


def label_ranges(labels: Iterable[tuple[str, int]]) -> list[str]:
    """Batches and places as ranges: `B-2026-7K3F9QA #1–3, #7`. The codes themselves are nowhere in it."""
    places: dict[str, list[int]] = defaultdict(list)
    for batch, place in labels:
        places[batch].append(place)
    return [
        f"{batch} {', '.join(_range(*run) for run in runs_of(sorted(set(batch_places))))}"
        for batch, batch_places in sorted(places.items())
    ]


def _range(first: int, last: int) -> str:
    return f"#{first}" if first == last else f"#{first}–{last}"
