"""Whatever is asked, a query is understood or refused; nothing else happens."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from traceability.events.queries import store as queries
from traceability.events.rules.parameter_values import BadParameter
from traceability.events.rules.parameters import read_query

OPERATORS = ["EQ", "GT", "GE", "LT", "LE", "EXISTS", "MATCH", "WD", "HASATTR", ""]
NAMES = [
    "eventTime",
    "recordTime",
    "action",
    "bizStep",
    "disposition",
    "persistentDisposition_set",
    "readPoint",
    "bizTransaction_po",
    "source_location",
    "epc",
    "anyEPC",
    "epcClass",
    "inputEPCClass",
    "quantity",
    "quantity_KGM",
    "value_CEL",
    "eventID",
    "errorDeclaration",
    "errorDeclarationTime",
    "errorReason",
    "correctiveEventID",
    "type",
    "time",
    "startTime",
    "uriValue",
    "booleanValue",
    "ILMD_cbvmda:lotNumber",
    "cbvmda:lotNumber",
    "ILMD_http://a/b#c",
    "http://a/b",
    "INNER_a:b",
    "ATTR_x",
]
VALUES = [
    "ADD",
    "packing",
    "urn:epc:id:sgtin:4012345.011111.9876",
    "urn:epc:idpat:sgtin:*.*.*",
    "urn:epc:idpat:sgtin:4012345.*.*",
    "urn:epc:idpat:",
    "https://id.gs1.org/01/04012345111118",
    "2026-03-12T12:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "1",
    "-1.5",
    "1e99",
    "true",
    "false",
    "|",
    "a|b",
    "%",
]
names = st.one_of(
    st.tuples(st.sampled_from(OPERATORS), st.sampled_from(NAMES)).map("_".join),
    st.sampled_from(["eventType", "orderBy", "orderDirection", "eventCountLimit", "maxEventCount"]),
    st.text(max_size=20).filter(lambda text: "\x00" not in text),
)
plain = st.one_of(st.sampled_from(VALUES), st.text(max_size=20).filter(lambda text: "\x00" not in text))
given_values = st.one_of(
    plain, st.integers(), st.booleans(), st.none(), st.floats(), st.lists(plain, max_size=3)
)


@settings(max_examples=examples(150), derandomize=True, suppress_health_check=list(HealthCheck))
@given(parameters=st.dictionaries(names, given_values, max_size=3))
@example(parameters={"GE_eventTime": "0001-01-01T00:00:00+14:00"})
@example(parameters={"MATCH_epc": "urn:epc:idpat:sgtin:*.*.*"})
def test_a_query_runs_or_is_refused(app, parameters):
    try:
        query = read_query(parameters)
    except BadParameter:
        return
    with app.app_context():
        assert queries.find_events(query, everything=True, size=2) == []
        assert queries.count_events(query, everything=False, most=1) == 0


def test_a_refusal_names_the_parameter():
    with pytest.raises(BadParameter) as caught:
        read_query({"EQ_action": "ADD", "EQ_actoin": "ADD"})
    assert caught.value.name == "EQ_actoin"
