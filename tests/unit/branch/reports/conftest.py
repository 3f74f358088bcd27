"""A document of made-up figures, in both languages."""

import pytest
from flask_babel import force_locale

from branch.ledger.rules.periods import Period
from branch.reports.sections.assembly import assemble
from core.languages import LOCALES_BY_CODE as LANGUAGES
from tests.factories.reports import make_scope
from wsgi import report_sections

APRIL = Period(2026, 4)


@pytest.fixture
def write(app):
    """`write("en", rows=..., today=...)` writes the report of April 2026 in a language."""

    def written(language="zh", *, period=APRIL, **scope):
        with app.test_request_context(), force_locale(LANGUAGES[language]):
            return assemble(period, make_scope(**scope), report_sections(), locale=language)

    return written
