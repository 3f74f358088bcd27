"""The shape of a code's check in the JSON API, for the generated description."""

from apiflask import Schema
from apiflask.fields import Dict, Integer, List, Nested, String

from traceability.codes.rules.verdicts import Verdict


class ComparePointOut(Schema):
    """One thing to hold against the goods."""

    key = String(required=True)
    label = String(required=True)
    value = String(required=True, allow_none=True)


class HistoryOut(Schema):
    """How often the code was looked up before."""

    checks = Integer(
        required=True,
        metadata={
            "description": "Networks from which this code was looked up, yours included; no count of people"
        },
    )
    first_checked_at = String(required=True)
    your_check = Integer(required=True, metadata={"description": "The place of your network among them"})


class CodeOut(Schema):
    """Every key is there for an unknown code too, with null where nothing is known."""

    code = String(required=True)
    verdict = String(required=True, metadata={"enum": [str(verdict) for verdict in Verdict]})
    level = String(required=True, allow_none=True, metadata={"enum": ["lot", "bundle", "unit", None]})
    message = String(required=True)
    notices = List(String(), required=True)
    lot = Dict(required=True, allow_none=True)
    grower = Dict(required=True, allow_none=True)
    licence = Dict(required=True, allow_none=True)
    plants = Integer(required=True, allow_none=True)
    destination_province = String(required=True, allow_none=True)
    dispatched_at = String(required=True, allow_none=True)
    compare = List(Nested(ComparePointOut), required=True)
    history = Nested(HistoryOut, required=True)
    papers = List(Dict(), required=True)
    seal = Dict(required=True, allow_none=True)
