"""Pages of a long list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """`items` of page `number` (from 1) out of `total` rows, `size` a page."""

    items: Sequence[T]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-self.total // self.size))

    @property
    def has_next(self) -> bool:
        """Whether a page follows."""
        return self.number < self.pages

    @property
    def has_previous(self) -> bool:
        """Whether one stands before it."""
        return self.number > 1


def page_number(text: str | None, *, most: int = 10_000) -> int:
    """A page number from a query string: anything unusable is page 1."""
    if text and text.isdecimal() and len(text) < 8:
        return min(max(1, int(text)), most)
    return 1
