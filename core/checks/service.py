"""Which checks there are: each feature that can tell whether its books agree adds one; `wsgi.py` lists them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from flask import Flask, current_app

from core.seal.rules.findings import Finding


@dataclass(frozen=True, slots=True)
class Check:
    """Something whose books can be held against each other.

    `whole` looks at everything and only reads; it runs in one snapshot with the others. `prepare` brings up to date
    what any reader would have brought up to date first, in a transaction of its own. `sample(leaf_id)` looks at few
    rows: those of which a leaf was sealed after the one given, and some drawn by chance.
    """

    name: str
    whole: Callable[[], Iterator[Finding]]
    prepare: Callable[[], object] | None = None
    sample: Callable[[int], Iterator[Finding]] | None = None


def init_checks(app: Flask, checks: Sequence[Check]) -> None:
    """Wire what is checked.

    Raises:
        ValueError: two checks have one name.
    """
    names = [one.name for one in checks]
    if len(set(names)) != len(names):
        raise ValueError(f"two checks have one name: {sorted(names)}")
    app.extensions["checks"] = tuple(checks)


def checks() -> tuple[Check, ...]:
    """Every check, in the order in which they run."""
    found: tuple[Check, ...] = current_app.extensions["checks"]
    return found
