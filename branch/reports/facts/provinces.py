"""The provinces of China as equal squares in a fixed grid, and how the ledger's words are taken for them. Pure.

Codes are those of ISO 3166-2:CN without the country. A square shows roughly where a province lies,
not how large it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

# code, short Chinese name, English name, row and column of the grid.
_ROWS = """
HL 黑龙江 Heilongjiang 0 6
NM 内蒙古 Inner-Mongolia 1 4
JL 吉林 Jilin 1 6
XJ 新疆 Xinjiang 2 0
GS 甘肃 Gansu 2 1
NX 宁夏 Ningxia 2 2
SX 山西 Shanxi 2 3
HE 河北 Hebei 2 4
BJ 北京 Beijing 2 5
LN 辽宁 Liaoning 2 6
XZ 西藏 Tibet 3 0
QH 青海 Qinghai 3 1
SN 陕西 Shaanxi 3 2
HA 河南 Henan 3 3
SD 山东 Shandong 3 4
TJ 天津 Tianjin 3 5
SC 四川 Sichuan 4 1
CQ 重庆 Chongqing 4 2
HB 湖北 Hubei 4 3
AH 安徽 Anhui 4 4
JS 江苏 Jiangsu 4 5
SH 上海 Shanghai 4 6
YN 云南 Yunnan 5 1
GZ 贵州 Guizhou 5 2
HN 湖南 Hunan 5 3
JX 江西 Jiangxi 5 4
ZJ 浙江 Zhejiang 5 5
GX 广西 Guangxi 6 2
GD 广东 Guangdong 6 3
FJ 福建 Fujian 6 4
TW 台湾 Taiwan 6 5
HI 海南 Hainan 7 2
MO 澳门 Macao 7 3
HK 香港 Hong-Kong 7 4
"""


@dataclass(frozen=True, slots=True)
class Province:
    """A province by its names, and its place on the map of equal squares."""

    code: str
    name_zh: str
    name_en: str
    row: int
    column: int


def _read(line: str) -> Province:
    code, chinese, english, row, column = line.split()
    return Province(code, chinese, english.replace("-", " "), int(row), int(column))


PROVINCES = {province.code: province for province in map(_read, _ROWS.strip().splitlines())}
UNKNOWN = ""


@lru_cache(maxsize=1024)
def province_code(word: str) -> str:
    """The code of a province as an order wrote it (`浙江省`, `广西壮族自治区`, `ZJ`, `CN-ZJ`, `Zhejiang`); else ""."""
    plain = word.strip()
    short = plain.upper().removeprefix("CN-")
    if short in PROVINCES:
        return short
    for province in PROVINCES.values():
        if plain.startswith(province.name_zh) or plain.casefold() == province.name_en.casefold():
            return province.code
    return UNKNOWN
