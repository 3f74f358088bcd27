"""The life of a survey: measured, agreed by the village, approved by the town; and outlines of land. Pure."""

import math
from collections.abc import Sequence
from enum import StrEnum

from core.state_tables import StateTable

METRES_PER_DEGREE = 111_320.0
LEAST_POINTS, MOST_POINTS = 3, 200


class SurveyState(StrEnum):
    """How far a survey is; a returned one counts for nothing."""

    SURVEYED = "surveyed"
    AGREED = "agreed"
    APPROVED = "approved"
    RETURNED = "returned"


class Decision(StrEnum):
    """What can be done with a survey."""

    AGREE = "agree"
    APPROVE = "approve"
    RETURN = "return"


class Method(StrEnum):
    """How the area was measured."""

    TAPE = "tape"
    SATELLITE = "satellite"
    MAP = "map"
    REGISTER = "register"


DECISIONS: StateTable[SurveyState, Decision] = StateTable(
    {
        SurveyState.SURVEYED: {Decision.AGREE: SurveyState.AGREED, Decision.RETURN: SurveyState.RETURNED},
        SurveyState.AGREED: {Decision.APPROVE: SurveyState.APPROVED, Decision.RETURN: SurveyState.RETURNED},
    }
)
after = DECISIONS.after

# A plot has at most one of these in a year.
STANDING = frozenset({SurveyState.SURVEYED, SurveyState.AGREED, SurveyState.APPROVED})


def read_outline(text: str) -> list[tuple[float, float]] | None:
    """Corners of a plot, one `latitude, longitude` per line, in decimal degrees; None when it is not that."""
    corners: list[tuple[float, float]] = []
    for line in text.replace("，", ",").splitlines():
        if not line.strip():
            continue
        parts = line.split(",")
        try:
            latitude, longitude = (float(part) for part in parts)
        except ValueError:
            return None
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            return None
        corners.append((round(latitude, 6), round(longitude, 6)))
    return corners if LEAST_POINTS <= len(corners) <= MOST_POINTS else None


def outline_area_m2(corners: Sequence[tuple[float, float]]) -> int:
    """The area inside an outline of a few hundred metres: the shoelace formula on a plane through its middle."""
    if len(corners) < LEAST_POINTS:
        return 0
    middle = math.radians(sum(latitude for latitude, _longitude in corners) / len(corners))
    points = [
        (longitude * METRES_PER_DEGREE * math.cos(middle), latitude * METRES_PER_DEGREE)
        for latitude, longitude in corners
    ]
    x0, y0 = points[0]
    flat = [(x - x0, y - y0) for x, y in points]
    turned = zip(flat, [*flat[1:], flat[0]], strict=True)
    return round(abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in turned)) / 2)
