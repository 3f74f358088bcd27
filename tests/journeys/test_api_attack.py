"""The JSON API under generated requests, well-formed and not: it answers as its own description says, never with a fault."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS, load_all_checks

from core.clock import now
from core.database import transaction
from tests.factories.orders import make_seller, make_variant

load_all_checks()
HELD_TO = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    )
]


@pytest.fixture
def operations(app, session):
    at = now()
    with transaction():
        make_variant(at=at, grower=make_seller(at=at), on_hand=10)
    described = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    return [result.ok() for result in described.get_all_operations()]


@pytest.mark.both
def test_every_operation_keeps_to_its_description(operations):
    assert len(operations) >= 6
    for operation in operations:

        @settings(max_examples=20, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def attack(case):
            case.call_and_validate(checks=HELD_TO)

        attack()
