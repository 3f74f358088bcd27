"""The EPCIS event of each step of a lot."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.clock import to_shanghai
from traceability.events.rules.contexts import STANDARD
from traceability.events.rules.steps import (
    CodesCommissioned,
    Commissioned,
    Decommissioned,
    Event,
    Inspected,
    LotLike,
    Packed,
    Portion,
    Received,
    Shipped,
    Step,
    Transformed,
    lots_of,
)


@dataclass(frozen=True)
class Names:
    """How things are called outside: the site's address, growers' pages, licences, and the keyed ids."""

    base_url: str
    slugs: Mapping[int, str]
    licences: Mapping[int, str]
    keyed: Callable[[str, str], str]

    def lot(self, lot: LotLike) -> str:
        """A lot by its page."""
        return f"{self.base_url}/lots/{lot.number}"

    def place(self, lot: LotLike) -> str:
        """The land of a lot, by its grower's page."""
        return f"{self.base_url}/growers/{self.slugs[lot.grower_id]}"

    def parcel(self, number: str) -> str:
        """A parcel by a keyed id: its number is the buyer's."""
        return f"{self.base_url}/parcels/{self.keyed('parcel', number)}"

    def batch(self, number: str) -> str:
        """A batch of codes by a keyed id."""
        return f"{self.base_url}/code-batches/{self.keyed('code batch', number)}"

    def certificates(self, lots: Sequence[LotLike], more: Sequence[str] = ()) -> list[str]:
        """The licences of the lots' growers, then what else certifies the step."""
        numbers = dict.fromkeys(
            self.licences[lot.grower_id] for lot in lots if lot.grower_id in self.licences
        )
        return [*(f"{self.base_url}/registry/licences/{number}" for number in numbers), *more]


def context_of(base_url: str) -> list[Any]:
    """The context of our own events."""
    return [STANDARD, {"guiyuan": f"{base_url}/epcis/terms/"}]


def as_event(step: Step, names: Names, at: datetime) -> Event:
    """The EPCIS event of a step; its id is left to the store, which takes the hash."""
    local = to_shanghai(at)
    lots = lots_of(step)
    certificates = names.certificates(lots, getattr(step, "certificates", ()))
    place = {"id": names.place(lots[0])}
    event = {
        "type": "ObjectEvent",
        "eventTime": local.isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": "+08:00",
        **_WRITERS[type(step)](step, names),
        "readPoint": place,
    }
    if not isinstance(step, Shipped | Received):
        event["bizLocation"] = place
    if isinstance(step, Received):
        del event["readPoint"]
    if certificates:
        event["certificationInfo"] = certificates
    return event


def _quantities(portions: Sequence[Portion], names: Names) -> list[Event]:
    return [{"epcClass": names.lot(lot), "quantity": plants} for lot, plants in portions]


def lot_words(lot: LotLike) -> tuple[tuple[str, str], ...]:
    """What a lot's events and its passport call by our own names; values may be empty."""
    return (
        ("species", lot.species),
        ("cultivarGroup", lot.cultivar_group),
        ("cultivar", lot.cultivar),
        ("propagation", lot.propagation),
        ("ageCode", lot.age_code),
        ("root", lot.root),
        ("grade", lot.grade),
        ("origin", lot.origin),
    )


def _about(lot: LotLike) -> Event:
    """The master data that travels with a lot for all its life."""
    return {
        "cbvmda:lotNumber": lot.number,
        **{f"guiyuan:{name}": value for name, value in lot_words(lot) if value},
    }


def _commissioned(step: Commissioned, names: Names) -> Event:
    return {
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "quantityList": _quantities([(step.lot, step.plants)], names),
        "ilmd": _about(step.lot),
    }


def _inspected(step: Inspected, names: Names) -> Event:
    return {
        "action": "OBSERVE",
        "bizStep": "inspecting",
        "disposition": "conformant" if step.conformant else "non_conformant",
        "quantityList": [{"epcClass": names.lot(step.lot)}],
    }


def _transformed(step: Transformed, names: Names) -> Event:
    event: Event = {
        "type": "TransformationEvent",
        "transformationID": f"{names.base_url}/lots/transformations/{step.reference}",
        "inputQuantityList": _quantities(step.inputs, names),
        "outputQuantityList": _quantities(step.outputs, names),
        "bizStep": "commissioning",
        "disposition": "active",
        "guiyuan:transformation": step.kind,
    }
    if len(step.outputs) == 1:
        event["ilmd"] = _about(step.outputs[0][0])
    return event


def _codes_commissioned(step: CodesCommissioned, names: Names) -> Event:
    return {
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "quantityList": [{"epcClass": names.batch(step.batch_number), "quantity": step.codes}],
        "ilmd": {
            **_about(step.lot),
            "guiyuan:lot": names.lot(step.lot),
            "guiyuan:plantsPerCode": step.plants_per_code,
        },
    }


def _packed(step: Packed, names: Names) -> Event:
    return {
        "type": "AggregationEvent",
        "action": "ADD",
        "parentID": names.parcel(step.consignment_number),
        "childQuantityList": _quantities(step.contents, names),
        "bizStep": "packing",
        "disposition": "in_progress",
    }


def _shipped(step: Shipped, names: Names) -> Event:
    return {
        "action": "OBSERVE",
        "epcList": [names.parcel(step.consignment_number)],
        "quantityList": _quantities(step.contents, names),
        "bizStep": "shipping",
        "disposition": "in_transit",
        "sourceList": [{"type": "possessing_party", "source": names.place(step.contents[0][0])}],
    }


def _received(step: Received, names: Names) -> Event:
    return {
        "action": "OBSERVE",
        "epcList": [names.parcel(step.consignment_number)],
        "quantityList": _quantities(step.contents, names),
        "bizStep": "receiving",
        "disposition": "retail_sold",
    }


def _decommissioned(step: Decommissioned, names: Names) -> Event:
    return {
        "action": "DELETE",
        "bizStep": "decommissioning",
        "disposition": "recalled" if step.reason == "recalled" else "inactive",
        "quantityList": [{"epcClass": names.batch(step.batch_number), "quantity": step.codes}],
        "guiyuan:lot": names.lot(step.lot),
        "guiyuan:reason": step.reason,
    }


_WRITERS: dict[type, Callable[[Any, Names], Event]] = {
    Commissioned: _commissioned,
    Inspected: _inspected,
    Transformed: _transformed,
    CodesCommissioned: _codes_commissioned,
    Packed: _packed,
    Shipped: _shipped,
    Received: _received,
    Decommissioned: _decommissioned,
}
