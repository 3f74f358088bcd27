"""The passport as JSON-LD: schema.org with GS1's web vocabulary. Pure.

The context stands in the document, so nobody has to fetch one. Things are named by their own web addresses;
a GTIN appears only where the grower entered one.
"""

from datetime import date
from typing import Any

from core.clock import to_shanghai
from traceability.events.rules.step_events import lot_words
from traceability.lots.queries.records import LotView
from traceability.passports.queries import Passport, Relative

MEDIA_TYPE = "application/ld+json"
MILLIMETRE, CENTIMETRE = "MMT", "CMT"  # UN/CEFACT common codes
LINK = {"@type": "@id"}
NODES = {"@type": "@id", "@container": "@set"}

CONTEXT: dict[str, Any] = {
    "@version": 1.1,
    "@vocab": "https://schema.org/",
    "gs1": "https://ref.gs1.org/voc/",
    "cbv": "https://ref.gs1.org/cbv/",
    "epcis": "https://ref.gs1.org/epcis/",
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "url": {"@id": "https://schema.org/url", **LINK},
    "sameAs": {"@id": "https://schema.org/sameAs", **LINK},
    "image": {"@id": "https://schema.org/image", **LINK},
    "propertyID": {"@id": "https://schema.org/propertyID", **LINK},
    "gs1:certificationInfo": LINK,
    "gs1:traceability": LINK,
    "gs1:verificationService": LINK,
    "gs1:epcis": LINK,
    "gs1:recallStatus": LINK,
    "epcis:bizStep": LINK,
    "epcis:eventTime": {"@type": "xsd:dateTime"},
    "certificationStatus": {"@id": "https://schema.org/certificationStatus", "@type": "@vocab"},
    "parents": {"@id": "prov:wasDerivedFrom", **NODES},
    "offspring": {"@reverse": "prov:wasDerivedFrom", **NODES},
    "events": {"@id": "epcis:eventList", "@container": "@list"},
}


def document(passport: Passport, *, base: str, photo: str | None) -> dict[str, Any]:
    """The passport for programs; empty parts are left out.

    Args:
        passport: what is told.
        base: the installation's own address, without a slash at the end.
        photo: the address of a photograph of the lot.
    """
    lot, address = passport.lot, address_of(passport.lot, base)
    content: dict[str, Any] = {
        "@context": CONTEXT,
        "@id": address,
        "@type": ["Product", "gs1:Product"],
        "url": address,
        "productID": lot.number,
        "gs1:hasBatchLotNumber": lot.number,
        "name": f"{lot.species} {lot.cultivar}",
        "alternateName": lot.cultivar_en,
        "category": passport.group_name,
        "image": photo,
        "countryOfOrigin": {"@type": "Country", "identifier": "CN", "name": "China"},
        "manufacturer": _grower(passport, base),
        "hasCertification": _certification(passport, base),
        "additionalProperty": _properties(passport, base),
        "gs1:certificationInfo": passport.licence and f"{base}/registry/licences/{passport.licence.number}",
        "gs1:traceability": address,
        "gs1:verificationService": f"{base}/verify",
        "gs1:epcis": f"{base}/epcis/events?MATCH_anyEPCClass={address}",
        "gs1:recallStatus": address if passport.recalled else None,
        "parents": [_relative(parent, base) for parent in passport.came_of],
        "offspring": [_relative(child, base) for child in passport.became],
        "events": [
            {
                "@id": step.event_id,
                "epcis:eventTime": to_shanghai(step.at).isoformat(timespec="seconds"),
                "epcis:bizStep": f"cbv:BizStep-{step.biz_step}",
                "name": step.title,
                "description": step.note,
            }
            for step in passport.history
            if not step.declared_wrong
        ],
        "subjectOf": _seal(passport, base),
    }
    if passport.gtin:
        content |= {
            "gtin": passport.gtin,
            "gs1:gtin": passport.gtin,
            "sameAs": f"{base}/01/{passport.gtin}/10/{lot.number}",
        }
    filled: dict[str, Any] = _filled(content)
    return filled


def address_of(lot: LotView, base: str) -> str:
    """The lot's own name: its page, as in its EPCIS events."""
    return f"{base}/lots/{lot.number}"


def _grower(passport: Passport, base: str) -> dict[str, Any]:
    return {
        "@type": "Organization",
        "@id": f"{base}/growers/{passport.grower.slug}",
        "name": passport.grower.name,
        "address": {"@type": "PostalAddress", "addressCountry": "CN", "addressLocality": passport.village},
    }


def _certification(passport: Passport, base: str) -> dict[str, Any] | None:
    licence = passport.licence
    if licence is None:
        return None
    return {
        "@type": ["Certification", "gs1:CertificationDetails"],
        "@id": f"{base}/registry/licences/{licence.number}",
        "name": licence.mark_name,
        "certificationIdentification": licence.number,
        "certificationStatus": "CertificationActive" if licence.is_valid else "CertificationInactive",
        "issuedBy": {"@type": "Organization", "name": licence.registrant} if licence.registrant else None,
        "validFrom": _day(licence.valid_from),
        "expires": _day(licence.valid_until),
    }


def _properties(passport: Passport, base: str) -> list[dict[str, Any]]:
    lot = passport.lot
    words: tuple[tuple[str, Any], ...] = (
        *lot_words(lot),
        ("plot", passport.plot_number),
        ("plantsRecorded", lot.quantity_recorded),
        ("papers", [str(kind) for kind in passport.papers]),
        ("recalled", lot.state_reason or True if passport.recalled else None),
    )
    properties: list[dict[str, Any]] = [_property(name, base, value=value) for name, value in words if value]
    for name, low, high, unit in (
        ("height", lot.height_cm_min, lot.height_cm_max, CENTIMETRE),
        ("groundDiameter", lot.ground_diameter_mm_min, lot.ground_diameter_mm_max, MILLIMETRE),
    ):
        if low is not None or high is not None:
            properties.append(_property(name, base, minValue=low, maxValue=high, unitCode=unit))
    return properties


def _property(name: str, base: str, **values: Any) -> dict[str, Any]:
    return {"@type": "PropertyValue", "propertyID": f"{base}/epcis/terms/{name}", "name": name, **values}


def _relative(relative: Relative, base: str) -> dict[str, Any]:
    return {"@id": address_of(relative.lot, base), "@type": "Product", "productID": relative.lot.number}


def _seal(passport: Passport, base: str) -> dict[str, Any] | None:
    seal = passport.seal
    if seal is None or seal.number is None:
        return None
    return {
        "@type": "DigitalDocument",
        "@id": f"{address_of(passport.lot, base)}/proof",
        "name": "c2sp.org/tlog-proof@v1",
        "encodingFormat": "text/plain",
        "position": seal.number,
        "dateCreated": seal.at.isoformat(timespec="seconds"),
        "isPartOf": {"@type": "Dataset", "@id": f"{base}/log"},
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _filled(value: Any) -> Any:
    """Without empty texts, empty lists and what is not known."""
    if isinstance(value, dict):
        filled = {name: _filled(part) for name, part in value.items()}
        return {name: part for name, part in filled.items() if part not in (None, "", [], {})}
    if isinstance(value, list):
        return [_filled(part) for part in value]
    return value
