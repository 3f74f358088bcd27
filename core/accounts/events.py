"""What happened to accounts, in the past tense."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class RecoveryAsked:
    """Somebody asked to recover the account of `contact`, if there is one; `code_page` takes the code of a phone.

    Whose recovery was asked for is forgotten once it was answered, also of those who have no account.
    """

    secret: ClassVar[bool] = True

    kind: str
    contact: str
    code_page: str
