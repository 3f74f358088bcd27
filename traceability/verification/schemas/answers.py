"""The JSON answer of a check, as the contract gives its shape."""

from typing import Any

from traceability.verification import wording
from traceability.verification.queries import Check


def as_json(check: Check) -> dict[str, Any]:
    """`{code, verdict, level, message, lot, grower, licence, plants, compare, history, papers, seal}` and more.

    An unknown code has every key, with null where nothing is known.
    """
    lot, grower, licence = check.lot, check.grower, check.licence
    return {
        "code": check.typed,
        "verdict": str(check.verdict),
        "level": str(check.level) if check.level else None,
        "message": " ".join([wording.title(check), wording.text(check)]),
        "notices": wording.notices(check),
        "lot": {
            "number": lot.number,
            "species": lot.species,
            "cultivar_group": lot.cultivar_group,
            "cultivar": lot.cultivar,
            "propagation": lot.propagation,
            "age_code": lot.age_code,
            "height_cm": [lot.height_cm_min, lot.height_cm_max],
            "ground_diameter_mm": [lot.ground_diameter_mm_min, lot.ground_diameter_mm_max],
            "root": lot.root,
            "grade": lot.grade,
            "origin": lot.origin,
            "state": lot.state,
        }
        if lot
        else None,
        "grower": {"slug": grower.slug, "name": grower.name, "seller": check.seller} if grower else None,
        "licence": {
            "number": licence.number,
            "mark": licence.mark_name,
            "state": str(licence.effective_state),
            "valid_from": licence.valid_from.isoformat() if licence.valid_from else None,
            "valid_until": licence.valid_until.isoformat() if licence.valid_until else None,
        }
        if licence
        else None,
        "plants": check.plants,
        "destination_province": check.destination_province,
        "dispatched_at": check.dispatched_at.isoformat() if check.dispatched_at else None,
        "compare": [
            {"key": key, "label": label, "value": None if value == wording.NOTHING else value}
            for key, label, value in wording.compare_points(check)
        ],
        "history": {
            "checks": check.history.checks,
            "first_checked_at": check.history.first_checked_at.isoformat(),
            "your_check": check.history.your_check,
        },
        "papers": [
            {
                "kind": str(paper.kind),
                "name": paper.kind_name,
                "number": paper.number,
                "issued_on": paper.issued_on.isoformat() if paper.issued_on else None,
                "valid_until": paper.valid_until.isoformat() if paper.valid_until else None,
            }
            for paper in check.papers
        ],
        "seal": {
            "batch": check.label.split(" ")[0] if check.label else None,
            "sealed_at": check.seal.at.isoformat(),
            "entry": check.seal.number,
            "proof": f"/C/{check.plain}/proof" if check.seal.number is not None else None,
        }
        if check.seal
        else None,
    }
