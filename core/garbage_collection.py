"""Work that makes hundreds of thousands of small objects, none of them in a circle."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
# For each piece of work going on, whether the search was on when it began.
_going_on: list[bool] = []


@contextmanager
def without_collecting() -> Iterator[None]:
    """Put off the search for circles until the work is done: it would walk over all that was made, again and again.

    May be nested and used by several threads; the last one to leave turns the search on again. Also a decorator.
    """
    with _lock:
        _going_on.append(gc.isenabled())
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            was_on = _going_on.pop()
            if not _going_on and was_on:
                gc.enable()


@contextmanager
def loaded_for_good() -> Iterator[None]:
    """Load, for the first time in this process, what is never garbage: without the search a start costs a fifth less.

    The search leaves alone from then on what is there at the end; later times are as any other work.
    """
    if gc.get_freeze_count():
        yield
        return
    with without_collecting():
        yield
    gc.freeze()
