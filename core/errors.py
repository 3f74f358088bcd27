"""The tree of errors that a user may meet. Raised where the rule lives; one table in `core.web.views.problems` answers them."""

from typing import Any, TypeVar

Value = TypeVar("Value")


class DomainError(Exception):
    """Something the user can understand and act on.

    `message` is a sentence in the user's language (lazy strings welcome), `code` a stable word for
    programs, `details` whatever a page or a problem document may show; never personal data.
    """

    code = "error"

    def __init__(self, message: object = "", *, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.details = details

    def __str__(self) -> str:
        return str(self.message)


class NotFound(DomainError):  # noqa: N818 - the architecture names them so
    """There is no such thing, or none that may be seen."""

    code = "not_found"


def existing(value: Value | None, message: object = "", *, code: str) -> Value:
    """What was looked for.

    Raises:
        NotFound: it is None; `message` says so.
    """
    if value is None:
        raise NotFound(message, code=code)
    return value


class Unauthorised(DomainError):  # noqa: N818 - the architecture names them so
    """A program did not say, or not rightly, on whose behalf it asks."""

    code = "unauthorised"


class Forbidden(DomainError):  # noqa: N818 - the architecture names them so
    """Whoever asks may not do this."""

    code = "forbidden"


class Conflict(DomainError):  # noqa: N818 - the architecture names them so
    """The request was understood but the state of things does not allow it now."""

    code = "conflict"


class Invalid(DomainError):  # noqa: N818 - the architecture names them so
    """The input breaks a rule; `details['fields']` maps field names to sentences where known."""

    code = "invalid"


class Unavailable(DomainError):  # noqa: N818 - the architecture names them so
    """A part that is needed is away; trying again later may help."""

    code = "unavailable"
