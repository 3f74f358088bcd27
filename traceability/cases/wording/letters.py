"""The notice to a shop and the complaint file for a platform, as PDF with the proofs.

Both are Chinese whatever the staff's language, because the people of shops and platforms read them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask_babel import force_locale

from branch import api as branch
from core import seal
from core.clock import local_day, local_minute
from core.errors import NotFound, Unavailable
from core.files import service as files
from core.languages import FIRST
from core.settings import current_settings
from traceability.cases.models.sealing import subject_of
from traceability.cases.queries.records import CaseView, EvidenceView, evidence_file, evidence_views
from traceability.cases.states import EvidenceKind
from traceability.cases.wording.names import rule_name, shown_verdict
from traceability.labels.rules.typesetting import compile_pdf

NOTICE, COMPLAINT = "notice", "complaint"
LETTERS = (NOTICE, COMPLAINT)
ANSWER_WITHIN = timedelta(days=7)
TEMPLATE = Path(__file__).resolve().parent / "letters.typ"
KINDS = {
    EvidenceKind.STATEMENT: "陈述",
    EvidenceKind.PHOTO: "照片",
    EvidenceKind.PRICE: "价格",
    EvidenceKind.SHOP: "店铺",
    EvidenceKind.CODE: "溯源码查询结果",
    EvidenceKind.RULE: "预警规则",
    EvidenceKind.NOTE: "核查情况",
    EvidenceKind.FILE: "文件",
}
REGISTRY = {
    "authorised": "已获授权",
    "suspended": "授权已暂停",
    "not_authorised": "该地址不在登记册中",
    "unknown": "该地址不能确定是哪家店铺",
}


def letter_pdf(case: CaseView, kind: str, *, at: datetime) -> bytes:
    """The letter about a decided case.

    Args:
        case: a case whose verdict is `confirmed_fake`.
        kind: `notice` to the shop, or `complaint` to its platform with every piece of evidence.
        at: the date of the letter.
    """
    pieces = evidence_views(case.id)
    pictures = {f"piece-{piece.position}.jpg": _bytes(case, piece) for piece in pieces if piece.has_file}
    mark = next((view.facts for view in branch.all_marks()), None)
    settings = current_settings()
    values = {
        "kind": kind,
        "number": case.number,
        "shop": case.shop,
        "answer": case.answer,
        "opened_on": _day(case.opened_at),
        "decided_on": _day(case.decided_at),
        "today": _day(at),
        "answer_by": _day(at + ANSWER_WITHIN),
        "mark": {
            "name": mark.name,
            "registrant": mark.registrant,
            "registration_number": mark.registration_number,
            "classes": mark.classes,
        }
        if mark
        else None,
        "evidence": [_piece(piece) for piece in pieces],
        "evidence_head": case.evidence_head,
        "status_url": f"{settings.base_url}/report-fake/{case.number}",
        "log_url": f"{settings.base_url}/log/checkpoint",
        "proof": None,
    }
    if kind == NOTICE:
        return compile_pdf(TEMPLATE, values, at=at)
    proof = _proof(case)
    if proof is not None:
        values["proof"] = f"{case.number}.tlog-proof"
        pictures[f"{case.number}.tlog-proof"] = proof.encode()
    return compile_pdf(TEMPLATE, values, at=at, files=pictures)


def _proof(case: CaseView) -> str | None:
    """The proof that the case is in the log; none in the seconds before the log is signed."""
    try:
        return str(seal.proof_for(subject_of(case)))
    except (NotFound, Unavailable):
        return None


def _bytes(case: CaseView, piece: EvidenceView) -> bytes:
    key, _digest = evidence_file(case.id, piece.position)
    return files.get(key)


def _piece(piece: EvidenceView) -> dict[str, Any]:
    return {
        "position": piece.position,
        "kind": KINDS[piece.kind],
        "words": _words(piece.kind, piece.body),
        "at": local_minute(piece.at),
        "digest": piece.digest,
        "picture": f"piece-{piece.position}.jpg" if piece.has_file else None,
    }


def _words(kind: EvidenceKind, body: Mapping[str, Any]) -> str:
    if kind is EvidenceKind.RULE:
        with force_locale(FIRST.locale):
            return f"{rule_name(str(body.get('rule')))}（阈值第 {body.get('version')} 版）"
    if kind is EvidenceKind.CODE:
        with force_locale(FIRST.locale):
            return shown_verdict(str(body.get("verdict_shown", "")))
    text = str(body.get("text", ""))
    answer = REGISTRY.get(str(body.get("registry", "")))
    return f"{text}（登记查询：{answer}）" if answer else text


def _day(moment: datetime | None) -> str:
    if moment is None:
        return ""
    day = local_day(moment)
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
