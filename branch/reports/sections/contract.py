"""What a section of a report is to the list in `wsgi.py`: a function of the window and the evidence."""

from collections.abc import Callable

from branch.ledger.rules.periods import Period
from branch.reports.document import Definition, Section
from branch.reports.facts.evidence import Scope

SectionFunction = Callable[[Period, Scope], Section]
Definitions = Callable[[], tuple[Definition, ...]]
_DEFINED: dict[SectionFunction, Definitions] = {}


def defines(terms: Definitions) -> Callable[[SectionFunction], SectionFunction]:
    """Hang what its terms mean on a section's function; a report prints them behind all sections, in their order."""

    def mark(function: SectionFunction) -> SectionFunction:
        _DEFINED[function] = terms
        return function

    return mark


def definitions_of(function: SectionFunction) -> tuple[Definition, ...]:
    """The terms that a section's function was marked with, in the language being spoken."""
    return _DEFINED[function]() if function in _DEFINED else ()
