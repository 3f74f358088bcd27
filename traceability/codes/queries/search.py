"""Codes by what people type, scan or paste: the rows, and every text that names none, masked."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select, true

from core.database import session
from traceability.codes.models.digests import code_digest
from traceability.codes.models.tables import Code, CodeBatch
from traceability.codes.rules.notation import CodeProblem, masked
from traceability.codes.rules.selection import Selection
from traceability.lots.models.tables import Lot

LISTED = 20


@dataclass(frozen=True)
class CodeMatch:
    """A stored code with the name by which the dispatcher knows it."""

    name: str
    code: Code
    lot: Lot


def match_codes(selection: Selection) -> tuple[list[CodeMatch], list[dict[str, str]]]:
    """The codes of a selection, each once; and what names no code, as `{"code": masked, "reason": words}`."""
    refused = [{"code": bad.masked, "reason": problem_text(bad.problem)} for bad in selection.problems]
    matches: dict[int, CodeMatch] = {}
    by_digest = {code_digest(code): code for code in selection.codes}
    query = select(Code, Lot).join(Lot, Lot.id == Code.lot_id).execution_options(populate_existing=True)
    for code, lot in session.execute(query.where(Code.digest.in_(list(by_digest)))):
        matches[code.id] = CodeMatch(masked(by_digest.pop(code.digest)), code, lot)
    refused += [
        {"code": masked(code), "reason": _("not known in this system")} for code in by_digest.values()
    ]
    for code_range in selection.ranges:
        whole = code_range.last == 0
        places = code_range.last - code_range.first + 1
        rows = session.execute(
            query.join(CodeBatch, CodeBatch.id == Code.batch_id).where(
                CodeBatch.number == code_range.batch_number,
                true() if whole else Code.position.between(code_range.first, code_range.last),
            )
        ).all()
        for code, lot in rows:
            matches.setdefault(code.id, CodeMatch(f"{code_range.batch_number} #{code.position}", code, lot))
        if (whole and not rows) or (not whole and len(rows) != places):
            name = (
                code_range.batch_number
                if whole
                else f"{code_range.batch_number} {code_range.first}–{code_range.last}"
            )
            refused.append({"code": name, "reason": _("the batch does not have all these places")})
    return list(matches.values()), refused


def unusable_text(matches: list[CodeMatch], refused: list[dict[str, str]]) -> str:
    """What cannot be used and why, in one line for people; empty when all can. Nothing given at all is added to `refused`."""
    if not refused and not matches:
        refused.append({"code": "-", "reason": _("no code was given")})
    return "; ".join(f"{refusal['code']}: {refusal['reason']}" for refusal in refused[:LISTED])


def problem_text(problem: CodeProblem) -> str:
    """Why a text cannot be a code, in words."""
    return {
        CodeProblem.LENGTH: _("a code has 16 characters"),
        CodeProblem.SYMBOLS: _("holds characters that no code has"),
        CodeProblem.CHECK: _("mistyped: the last character does not fit the others"),
    }[problem]
