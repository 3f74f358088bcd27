"""Plants packed in bundles: a bundle's code stands for the codes inside, and each plant is counted once."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, func, insert, select

from core.database import changed, session
from core.errors import Conflict, Invalid
from traceability.codes.models import step_sealing
from traceability.codes.models.tables import Code, CodeMember
from traceability.codes.queries.search import CodeMatch, match_codes, unusable_text
from traceability.codes.rules.selection import read_selection
from traceability.codes.service.transitions import bundle_of, lock_codes_by_id
from traceability.codes.states import BINDABLE, CodeState, Level


class NotPacked(Conflict):
    """Codes that cannot be packed; `details['codes']` names each, masked, and why."""

    code = "code_not_packable"


def pack(
    bundle: str, units: Iterable[str], *, grower_id: int, at: datetime, by: int | None
) -> tuple[int, int]:
    """Pack plants' codes in a bundle's code: (inside now, plants of the bundle).

    From then on they travel with it: sent, accepted, voided and returned together, and counted once. Codes
    that are in this bundle already stay in it.

    Args:
        bundle: the bundle's code, or its batch and place.
        units: the plants' codes, scanned, typed or as ranges.
        grower_id: whose codes they must be.
        at: now.
        by: who packs.

    Raises:
        NotPacked: naming every code that cannot be packed; nothing is packed then.
        Invalid: the first text is not one bundle's code.
        Conflict: more plants than the bundle stands for (`bundle_full`).
    """
    box = _bundle(bundle, grower_id=grower_id)
    matches, refused = match_codes(read_selection(units))
    inside = bundle_of([match.code.id for match in matches])
    for match in matches:
        reason = _why_not(match, box, inside.get(match.code.id), grower_id=grower_id)
        if reason:
            refused.append({"code": match.name, "reason": reason})
    if listed := unusable_text(matches, refused):
        raise NotPacked(
            _("Nothing was packed. These codes cannot be used: %(codes)s", codes=listed), codes=refused
        )
    fresh = [match.code.id for match in matches if match.code.id not in inside]
    count = count_members(box.code.id) + len(fresh)
    if count > box.code.plants:
        raise Conflict(
            _(
                "The bundle stands for %(plants)s plants, not for %(count)s.",
                plants=box.code.plants,
                count=count,
            ),
            code="bundle_full",
        )
    if fresh:
        rows = [
            {"unit_code_id": code_id, "bundle_code_id": box.code.id, "by_account_id": by, "at": at}
            for code_id in fresh
        ]
        session.execute(insert(CodeMember), rows)
        new = {match.code.id: match.code for match in matches}
        step_sealing.seal_step(
            "packed",
            ((new[code_id].batch_id, new[code_id].position, {"bundle": box.code.id}) for code_id in fresh),
        )
    return count, box.code.plants


def unpack(bundle: str, *, grower_id: int) -> int:
    """Take a bundle that has not left apart again; how many plants' codes were inside.

    Raises:
        Invalid: not a bundle's code.
        Conflict: it is active already, so its plants were counted with it; void it instead.
    """
    box = _bundle(bundle, grower_id=grower_id)
    if box.code.state != CodeState.PRINTED:
        raise Conflict(
            _("Only a bundle that is not active yet can be taken apart; void its code instead."),
            code="code_state",
        )
    inside = select(CodeMember.unit_code_id).where(CodeMember.bundle_code_id == box.code.id)
    step_sealing.seal_codes("unpacked", Code.id.in_(inside), {"bundle": None})
    return changed(delete(CodeMember).where(CodeMember.bundle_code_id == box.code.id))


def count_members(bundle_code_id: int) -> int:
    """How many plants' codes are packed in a bundle."""
    query = select(func.count()).select_from(CodeMember).where(CodeMember.bundle_code_id == bundle_code_id)
    return session.scalar(query) or 0


def _bundle(text: str, *, grower_id: int) -> CodeMatch:
    matches, refused = match_codes(read_selection([text]))
    if refused or len(matches) != 1 or matches[0].code.grower_id != grower_id:
        raise Invalid(_("Give the code of one of your bundles first."), code="no_bundle")
    if matches[0].code.level != Level.BUNDLE or matches[0].code.state not in BINDABLE:
        raise Invalid(_("This is not the code of a bundle that can still be packed."), code="no_bundle")
    lock_codes_by_id([matches[0].code.id])
    return matches[0]


def _why_not(match: CodeMatch, box: CodeMatch, now_in: int | None, *, grower_id: int) -> str | None:
    if match.code.grower_id != grower_id:
        return _("not known in this system")  # whose it is, is nobody else's business
    if match.code.level != Level.UNIT:
        return _("not the code of one plant")
    if match.code.lot_id != box.code.lot_id:
        return _("of another lot than the bundle")
    if now_in not in {None, box.code.id}:
        return _("is packed in another bundle")
    if match.code.state not in BINDABLE:
        return _("has left, or is out of use")
    if match.code.state == CodeState.ACTIVE and box.code.state == CodeState.ACTIVE and now_in is None:
        return _("was counted already, and so was the bundle; pack before you activate")
    return None
