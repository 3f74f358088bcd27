"""The pages that are looked at, one line each: name -> address, or a function of the demonstration's addresses.

Every page is opened at both widths, in both themes and both languages, kept as a screenshot and held to axe.
`as_role` signs in first with a demonstration account.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class PageToSee:
    """`path` may hold names in braces, filled from what the demonstration town holds (see `test_looks.py`)."""

    name: str
    path: str
    as_role: str | None = None


PAGES: list[PageToSee] = [
    PageToSee("gallery", "/gallery"),
    PageToSee("home", "/"),
    PageToSee("not-found", "/no-such-page"),
]
