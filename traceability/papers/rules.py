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


class PaperKind(StrEnum):
    """The papers that travel, in the order in which inspectors ask for them."""

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
        """Whether the rule speaks of this province and root kind."""
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
