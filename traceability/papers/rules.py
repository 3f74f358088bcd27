"""Which papers must travel with a consignment, decided by rules that the branch may change.

The starting rules follow the Seed Law (label, instructions; art. 41), the regulations on plant
quarantine (art. 7: seedlings are quarantined before transport wherever they go; the certificate is for
one consignment) and the trade's word 两证一签: two certificates and one label.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

ANY = "*"
EVERYBODY = ""  # whose rules stand under each unit's own: they follow the law, and no unit can ask for less

# Names as addresses write them, in the order of the statistical codes.
PROVINCES = (
    *("北京市", "天津市", "河北省", "山西省", "内蒙古自治区", "辽宁省", "吉林省", "黑龙江省"),
    *("上海市", "江苏省", "浙江省", "安徽省", "福建省", "江西省", "山东省"),
    *("河南省", "湖北省", "湖南省", "广东省", "广西壮族自治区", "海南省"),
    *("重庆市", "四川省", "贵州省", "云南省", "西藏自治区"),
    *("陕西省", "甘肃省", "青海省", "宁夏回族自治区", "新疆维吾尔自治区"),
    *("台湾省", "香港特别行政区", "澳门特别行政区"),
)


class PaperKind(StrEnum):
    PLANT_QUARANTINE = "plant_quarantine"
    ORIGIN_QUARANTINE = "origin_quarantine"
    QUALITY = "quality"
    LABEL = "label"


# A certificate that someone else issued is believed with its number and its scan, not by a number alone.
NEEDS_FILE = frozenset({PaperKind.PLANT_QUARANTINE, PaperKind.ORIGIN_QUARANTINE})


@dataclass(frozen=True)
class PaperRule:
    """Whether a parcel to `province` (or `*`) with this `root` kind (or `*`) needs a paper."""

    province: str
    root: str
    kind: PaperKind
    required: bool

    @property
    def weight(self) -> int:
        """How special the rule is: a province outweighs a root kind, either outweighs `*`."""
        return (2 if self.province != ANY else 0) + (1 if self.root != ANY else 0)

    def fits(self, province: str, root: str) -> bool:
        return self.province in {ANY, province} and self.root in {ANY, root}


DEFAULT_RULES = (
    PaperRule(ANY, ANY, PaperKind.PLANT_QUARANTINE, required=True),
    PaperRule(ANY, ANY, PaperKind.QUALITY, required=True),
    PaperRule(ANY, ANY, PaperKind.LABEL, required=True),
    PaperRule(ANY, ANY, PaperKind.ORIGIN_QUARANTINE, required=False),
)


def required_kinds(rules: Iterable[PaperRule], *, province: str, roots: Collection[str]) -> list[PaperKind]:
    """The papers that a parcel needs, in the order of `PaperKind`.

    For each kind the most special rule that fits decides; a parcel with several root kinds needs what
    any of them needs. `roots` may be empty: then only rules for `*` fit.
    """
    rules = list(rules)
    wanted: set[PaperKind] = set()
    for root in roots or {ANY}:
        for kind in PaperKind:
            fitting = [rule for rule in rules if rule.kind is kind and rule.fits(province, root)]
            if fitting and max(fitting, key=lambda rule: rule.weight).required:
                wanted.add(kind)
    return [kind for kind in PaperKind if kind in wanted]


def is_still_valid(valid_until: date | None, *, on: date) -> bool:
    """Whether a paper without an end, or with its last day not yet past, may travel `on` that day."""
    return valid_until is None or on <= valid_until


def short_province(province: str) -> str:
    """A province's name without its kind, so that 浙江 and 浙江省 are one."""
    for ending in ("维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "省", "市"):
        if province.endswith(ending) and len(province) > len(ending) + 1:
            return province.removesuffix(ending)
    return province
