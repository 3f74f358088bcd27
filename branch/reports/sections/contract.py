"""What a section of a report is to the list in `wsgi.py`: a function of the window and the evidence."""

from collections.abc import Callable

from branch.ledger.rules.periods import Period
from branch.reports.document import Section
from branch.reports.facts.evidence import Scope

SectionFunction = Callable[[Period, Scope], Section]
