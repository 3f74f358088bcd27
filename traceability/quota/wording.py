"""Words of quota in the language of the page."""

from flask_babel import gettext as _

from core.clock import now
from core.web.wording.languages import in_chinese
from traceability.quota.queries.ledger import stages
from traceability.quota.rules import MoveKind, Role


def move_kind_name(word: str) -> str:
    """Why quota moved."""
    return {
        MoveKind.APPROVE: _("Land approved"),
        MoveKind.WITHDRAW: _("Approval withdrawn"),
        MoveKind.ACTIVATE: _("Codes activated"),
        MoveKind.VOID: _("Codes voided"),
        MoveKind.RETURN: _("Codes returned"),
        MoveKind.TRANSFER: _("Passed on"),
        MoveKind.GROW: _("Outgrew their class"),
        MoveKind.EXPIRE: _("Expired"),
    }[MoveKind(word)]


def stage_names() -> dict[str, str]:
    """The names of the growth stages by their codes."""
    chinese = in_chinese()
    return {stage.code: stage.name_zh if chinese else stage.name_en for stage in stages(at=now())}


def account_line(role: Role, plants: int) -> str:
    """What a posting did to an account."""
    return {
        Role.CAPACITY: _("approved"),
        Role.FREE: _("free"),
        Role.ACTIVATED: _("activated"),
        Role.LOST: _("lost"),
        Role.EXPIRED: _("expired"),
    }[role] + f" {plants:+,}"
