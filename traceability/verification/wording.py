"""What a check says to a person, in the language of the page. Never that goods are genuine."""

from collections.abc import Callable

from flask_babel import gettext as _

from core.clock import local_day
from core.web.wording.formatting import day_words, dt, number, plants
from core.web.wording.languages import per_language
from traceability.codes.rules.notation import CodeProblem
from traceability.codes.rules.verdicts import Doubt, Verdict
from traceability.codes.service.inner_codes import InnerAnswer, InnerResult
from traceability.codes.states import Level
from traceability.codes.wording import VERDICT_TITLES
from traceability.lots.rules.sizes import diameter_span_cm
from traceability.lots.wording import sizes
from traceability.verification.queries import Check

NOTHING = "—"


def title(check: Check) -> str:
    """The verdict in a few words."""
    return _title(check.verdict, check.level is Level.LOT)


def text(check: Check) -> str:
    """What the verdict does and does not mean, and what to do."""
    if check.verdict is Verdict.SUSPECT:
        return _doubted(check.doubts)
    return _text(check.verdict, check.level is Level.LOT, check.problem)


IN_ORDER = {Verdict.ACTIVE, Verdict.SHIPPED, Verdict.ACCEPTED}


@per_language
def _title(verdict: Verdict, leaflet: bool) -> str:
    if leaflet and verdict in IN_ORDER:
        return _("Leaflet of a lot, issued by this system: many copies are expected")
    return VERDICT_TITLES[verdict]()


@per_language
def _text(verdict: Verdict, leaflet: bool, problem: CodeProblem | None) -> str:
    if verdict is Verdict.UNKNOWN and problem is CodeProblem.CHECK:
        return _("It is probably mistyped: its last character does not fit the others. Compare it once more.")
    if verdict is Verdict.UNKNOWN and problem is not None:
        return _("A code has 16 characters, in groups of four. Compare it once more.")
    if leaflet and verdict in IN_ORDER:
        return _(
            "It tells of the lot and says nothing about one plant. Plants and bundles have codes of their own."
        )
    return TEXTS[verdict]()


@per_language
def _doubted(doubts: frozenset[Doubt]) -> str:
    """How far the branch has come with a code that is doubted, or what else speaks against it."""
    if Doubt.CONFIRMED in doubts:
        return _(
            "Two persons of the branch looked at the evidence and found a fake under this code. The label alone proves "
            "nothing any more: compare each point below, and report what does not match."
        )
    if doubts == {Doubt.COPIED}:
        return _(
            "Its inner code, which only one buyer should know, was entered rightly from many places. The label alone proves "
            "nothing any more: compare each point below, and report what does not match."
        )
    return _(
        "The branch looks into it and has not decided yet. Compare each point below, and report what does not match."
    )


TEXTS: dict[Verdict, Callable[[], str]] = {
    Verdict.ISSUED: lambda: _(
        "The label was printed, but its grower has not hung it on a plant yet. Goods for sale do not carry such a code."
    ),
    Verdict.ACTIVE: lambda: _(
        "A code can be copied: compare each point below. If it came with an order, ask the seller why it was not recorded."
    ),
    Verdict.SHIPPED: lambda: _("A code can be copied: compare each point below with what stands before you."),
    Verdict.ACCEPTED: lambda: _(
        "If you are not that buyer, the label may be used a second time: compare each point below."
    ),
    Verdict.VOIDED: lambda: _(
        "Its grower took it out of use. A label that still carries it is not in order."
    ),
    Verdict.RECALLED: lambda: _("Keep the plants apart from others and speak to the seller or the branch."),
    Verdict.LICENCE_NOT_VALID: lambda: _(
        "The grower may not use the mark at present. Look at the licence below before you buy."
    ),
    Verdict.UNKNOWN: lambda: _("It was never issued here. Compare it once more; if it stays so, report it."),
}


def notices(check: Check) -> list[str]:
    """Further sentences under the verdict."""
    sentences = []
    if check.reason:
        sentences.append(_("Reason given: %(reason)s", reason=check.reason))
    if check.inner is not None and check.inner.right_networks > 1:
        sentences.append(inner_text(check))
    return sentences


def history_text(check: Check) -> str:
    """From how many networks and since when. Never how many people: nobody can know that."""
    history = check.history
    if history.checks == 1 and not history.seen_before:
        return _("first time")
    since = day_words(local_day(history.first_checked_at))
    if history.checks == 1:
        return _("only from your network, since %(day)s", day=since)
    if history.seen_before:
        return _("from %(n)s networks since %(day)s, yours among them", n=number(history.checks), day=since)
    return _("from %(n)s networks so far; the first was on %(day)s", n=number(history.checks), day=since)


def compare_points(check: Check) -> list[tuple[str, str, str]]:
    """What to hold against the goods: (stable key, label, value); `—` where nothing is known."""
    lot, own = check.lot, check.measured
    size = ""
    if lot is not None:
        thick = own.ground_diameter_mm if own else None
        diameter = diameter_span_cm(thick or lot.ground_diameter_mm_min, thick or lot.ground_diameter_mm_max)
        tall = (own.height_cm if own else None) or lot.height_cm
        size = _size(diameter, tall, own is not None)
    sent = day_words(local_day(check.dispatched_at)) if check.dispatched_at else ""
    cultivar = " · ".join(dict.fromkeys((check.cultivar_group_name, lot.cultivar_name))) if lot else ""
    values = (
        cultivar,
        size,
        _plants(check.plants) if check.plants else "",
        check.seller or "",
        check.destination_province or "",
        sent,
    )
    return [(key, label, value or NOTHING) for (key, label), value in zip(_points(), values, strict=True)]


@per_language
def _size(diameter_cm: str, height_cm: str | int, measured: bool) -> str:
    """Both sizes in words; `measured` when they are the plant's own and not the lot's."""
    size = sizes(diameter_cm, height_cm)
    return _("%(size)s, measured when the label was hung", size=size) if size and measured else size


_plants = per_language(plants)


@per_language
def _points() -> tuple[tuple[str, str], ...]:
    """The keys of what is compared, with their labels, in the order of the page."""
    return (
        ("cultivar", _("Cultivar")),
        ("size", _("Size")),
        ("plants", _("Plants")),
        ("seller", _("Seller")),
        ("destination", _("Sent to")),
        ("dispatched", _("Sent on")),
    )


def seal_text(check: Check) -> str:
    """Since when the batch of the code stands in the public log; `—` for what is not there."""
    if check.seal is None:
        return NOTHING
    if check.seal.number is None:
        return _being_sealed()
    sealed_on = day_words(local_day(check.seal.at))
    return _(
        "its batch was sealed on %(day)s as entry %(n)s of the public log; anybody can check",
        day=sealed_on,
        n=number(check.seal.number),
    )


@per_language
def _being_sealed() -> str:
    return _("its batch is being sealed; the proof will be ready in a few seconds")


def inner_text(check: Check) -> str:
    """What is known of the inner code, beside the box for it; empty when the code has none. Wrong entries are nobody's news."""
    inner = check.inner
    if inner is None:
        return ""
    if inner.right_at is None:
        return _("Nobody has entered the inner code yet. It stands under the film or inside the parcel.")
    first = day_words(local_day(inner.right_at))
    if inner.right_networks > 1:
        return _(
            "The inner code was entered rightly from %(n)s networks, first on %(day)s. If others than you and yours know "
            "it, your label may be a copy: report it.",
            n=number(inner.right_networks),
            day=first,
        )
    return _(
        "The inner code was first entered on %(day)s. If that was not you, your label may be a copy.",
        day=first,
    )


INNER_TONES: dict[InnerResult, str] = {
    InnerResult.ACCEPTED: "success",
    InnerResult.NOTED: "warning",
    InnerResult.AGAIN: "info",
    InnerResult.ELSEWHERE: "warning",
    InnerResult.WRONG: "error",
    InnerResult.WAIT: "error",
}


def inner_answer(answer: InnerAnswer) -> str:
    """What became of an entry, and what to do, in a sentence or two."""
    first = day_words(local_day(answer.first_at)) if answer.first_at else ""
    return {
        InnerResult.ACCEPTED: lambda: _(
            "The inner code is right and nobody entered it before. Receipt is noted; compare the plants all the same."
        ),
        InnerResult.NOTED: lambda: _(
            "The inner code is right, but this code was not recorded as sent. Ask the seller why."
        ),
        InnerResult.AGAIN: lambda: _("You or your network entered it on %(day)s already.", day=first),
        InnerResult.ELSEWHERE: lambda: _(
            "Right, but it was entered from another network on %(day)s already. If that was neither you nor yours, your "
            "label may be a copy: report it below.",
            day=first,
        ),
        InnerResult.WRONG: lambda: _wrong(answer),
        InnerResult.WAIT: lambda: _("This was not looked at.") + " " + _wait(answer),
    }[answer.result]()


def _wrong(answer: InnerAnswer) -> str:
    if answer.until is not None:
        return _("Wrong.") + " " + _wait(answer)
    return _("Wrong. %(n)s tries are left.", n=answer.tries_left)


def _wait(answer: InnerAnswer) -> str:
    return _(
        "Too many wrong entries from your device or network: try again after %(moment)s, or from another network. Nothing "
        "is locked for others. If the characters cannot be read, ask the seller.",
        moment=dt(answer.until) if answer.until else "",
    )


def papers_text(check: Check) -> str:
    """Names and numbers of the papers that travelled with the goods."""
    return "\n".join(f"{paper.kind_name} {paper.number}" for paper in check.papers) or NOTHING


@per_language
def licence_state_name(standing: str) -> str:
    """What a licence is worth now, in a word."""
    return {
        "valid": _("valid"),
        "applied": _("applied for"),
        "not_started": _("not yet valid"),
        "suspended": _("suspended"),
        "expired": _("expired"),
        "withdrawn": _("withdrawn"),
    }[standing]
