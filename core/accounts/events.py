"""What happened to accounts, in the past tense."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RecoveryAsked:
    """Somebody asked to recover the account of `contact`, if there is one; `code_page` takes the code of a phone."""

    kind: str
    contact: str
    code_page: str
