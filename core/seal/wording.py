"""What comes out of a comparison, in words."""

from flask_babel import gettext as _

from core.seal.service.comparing import Comparison, ComparisonOutcome

TONES = {
    ComparisonOutcome.SAME: "ok",
    ComparisonOutcome.REWRITTEN: "bad",
    ComparisonOutcome.OTHER_LOG: "warn",
    ComparisonOutcome.NOT_SIGNED: "warn",
    ComparisonOutcome.NEWER: "bad",
}


def title(answer: ComparisonOutcome) -> str:
    """The answer in a sentence."""
    return {
        ComparisonOutcome.SAME: _("This is a head of the present log."),
        ComparisonOutcome.REWRITTEN: _("The log was rewritten since."),
        ComparisonOutcome.OTHER_LOG: _("This is a head of another log."),
        ComparisonOutcome.NOT_SIGNED: _("This is not signed by the key of this log."),
        ComparisonOutcome.NEWER: _("What you kept is newer than the log shown here."),
    }[answer]


def explained(comparison: Comparison) -> str:
    """What the answer means, and what to do."""
    return {
        ComparisonOutcome.SAME: _(
            "Everything up to entry %(kept)s is still in it, unchanged; it has %(present)s entries now.",
            kept=comparison.kept.size,
            present=comparison.present.size,
        ),
        ComparisonOutcome.REWRITTEN: _(
            "It was signed by the key of this log, but the first %(kept)s entries of the present log are not those that were signed "
            "then. Keep what you have, and show it to the committee and to a witness: it is the proof.",
            kept=comparison.kept.size,
        ),
        ComparisonOutcome.OTHER_LOG: _(
            "It names %(kept)s; this log is %(present)s.",
            kept=comparison.kept.origin,
            present=comparison.present.origin,
        ),
        ComparisonOutcome.NOT_SIGNED: _(
            "Either it was changed, or another key has signed it. A log keeps its key for ever; compare the key with one that you "
            "got elsewhere."
        ),
        ComparisonOutcome.NEWER: _(
            "It tells of %(kept)s entries, the log shown here has %(present)s: it was set back, or you are shown an old "
            "copy. Keep what you have, and ask again; if it stays so, show it to the committee and to a witness.",
            kept=comparison.kept.size,
            present=comparison.present.size,
        ),
    }[comparison.answer]
