"""The provinces, as coarse as a look-up's place ever gets. Pure.

Names are those of the national division code; the point of a province is its capital's, to half a degree.
"""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6_371.0


@dataclass(frozen=True)
class Province:
    """A province by the subdivision code of ISO 3166-2:CN."""

    iso: str
    name_zh: str
    name_en: str
    latitude: float
    longitude: float


PROVINCES: tuple[Province, ...] = tuple(
    Province(*row)
    for row in (
        ("BJ", "北京市", "Beijing", 40.0, 116.5),
        ("TJ", "天津市", "Tianjin", 39.0, 117.0),
        ("HE", "河北省", "Hebei", 38.0, 114.5),
        ("SX", "山西省", "Shanxi", 38.0, 112.5),
        ("NM", "内蒙古自治区", "Inner Mongolia", 41.0, 111.5),
        ("LN", "辽宁省", "Liaoning", 42.0, 123.5),
        ("JL", "吉林省", "Jilin", 44.0, 125.5),
        ("HL", "黑龙江省", "Heilongjiang", 46.0, 126.5),
        ("SH", "上海市", "Shanghai", 31.0, 121.5),
        ("JS", "江苏省", "Jiangsu", 32.0, 119.0),
        ("ZJ", "浙江省", "Zhejiang", 30.5, 120.0),
        ("AH", "安徽省", "Anhui", 32.0, 117.5),
        ("FJ", "福建省", "Fujian", 26.0, 119.5),
        ("JX", "江西省", "Jiangxi", 28.5, 116.0),
        ("SD", "山东省", "Shandong", 36.5, 117.0),
        ("HA", "河南省", "Henan", 34.5, 113.5),
        ("HB", "湖北省", "Hubei", 30.5, 114.5),
        ("HN", "湖南省", "Hunan", 28.0, 113.0),
        ("GD", "广东省", "Guangdong", 23.0, 113.5),
        ("GX", "广西壮族自治区", "Guangxi", 23.0, 108.5),
        ("HI", "海南省", "Hainan", 20.0, 110.5),
        ("CQ", "重庆市", "Chongqing", 29.5, 106.5),
        ("SC", "四川省", "Sichuan", 30.5, 104.0),
        ("GZ", "贵州省", "Guizhou", 26.5, 106.5),
        ("YN", "云南省", "Yunnan", 25.0, 102.5),
        ("XZ", "西藏自治区", "Tibet", 29.5, 91.0),
        ("SN", "陕西省", "Shaanxi", 34.5, 109.0),
        ("GS", "甘肃省", "Gansu", 36.0, 104.0),
        ("QH", "青海省", "Qinghai", 36.5, 102.0),
        ("NX", "宁夏回族自治区", "Ningxia", 38.5, 106.5),
        ("XJ", "新疆维吾尔自治区", "Xinjiang", 44.0, 87.5),
        ("TW", "台湾省", "Taiwan", 25.0, 121.5),
        ("HK", "香港特别行政区", "Hong Kong", 22.5, 114.0),
        ("MO", "澳门特别行政区", "Macao", 22.0, 113.5),
    )
)

BY_NAME = {province.name_zh: province for province in PROVINCES}
NAME_ENDINGS = ("壮族自治区", "回族自治区", "维吾尔自治区", "特别行政区", "自治区", "省", "市")


def short_province(name: str) -> str:
    """A province's name without its kind, so that 浙江 and 浙江省 are one."""
    for ending in NAME_ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name


_BY_ANY = {
    key: province
    for province in PROVINCES
    for key in (province.iso, province.name_zh, short_province(province.name_zh), province.name_en.lower())
}


def province_named(text: str | None) -> str | None:
    """The full Chinese name for an ISO code, a full or short Chinese name or an English one; None if neither."""
    if not text:
        return None
    wanted = text.strip()
    province = _BY_ANY.get(wanted) or _BY_ANY.get(wanted.removeprefix("CN-")) or _BY_ANY.get(wanted.lower())
    return province.name_zh if province else None


def distance_km(province: str, other: str) -> float:
    """Between the capitals of two provinces by their full names; 0 for the same or an unknown one."""
    a, b = BY_NAME.get(province), BY_NAME.get(other)
    if a is None or b is None or a is b:
        return 0.0
    north, south = radians(a.latitude), radians(b.latitude)
    half = sin((south - north) / 2) ** 2
    half += cos(north) * cos(south) * sin(radians(b.longitude - a.longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))
