"""Which codes a parcel carries, in few words. Pure."""

from collections import defaultdict
from collections.abc import Iterable


def label_ranges(labels: Iterable[tuple[str, int]]) -> list[str]:
    """Batches and places as ranges: `B-2026-7K3F9QA #1–3, #7`. The codes themselves are nowhere in it."""
    places: dict[str, list[int]] = defaultdict(list)
    for batch, place in labels:
        places[batch].append(place)
    return [
        f"{batch} {', '.join(_ranges(sorted(set(batch_places))))}"
        for batch, batch_places in sorted(places.items())
    ]


def _ranges(places: list[int]) -> list[str]:
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return [f"#{run[0]}" if len(run) == 1 else f"#{run[0]}–{run[-1]}" for run in runs]
