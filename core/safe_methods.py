"""Safe methods change nothing (RFC 9110, section 9.2.1): what a GET may note down is said by name, and HEAD and OPTIONS note nothing.

HEAD reaches every view as the GET that it stands for, and its answer loses its body at the edge; so no view, ours or a
library's, can take it for something else. A transaction that is opened while somebody only reads is refused, unless
it stands inside `noting(...)`.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, g, has_request_context, request

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
ASKED_AS = "guiyuan.asked_as"
ANSWERS = "guiyuan.answers"
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Query = TypeVar("Query", bound=Callable[..., Any])


class WroteWhileReadingError(RuntimeError):
    """A transaction was opened by a request that only reads."""


class HeadAsGet:
    """WSGI middleware: a HEAD is handled as the GET that it asks about, and answered without its body."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "HEAD":
            return self.application(environ, start_response)
        body = self.application(environ | {"REQUEST_METHOD": "GET", ASKED_AS: "HEAD"}, start_response)
        if (close := getattr(body, "close", None)) is not None:
            close()
        return []


def init_reading(app: Flask) -> None:
    """Let no view see a HEAD, and note of each request whether it only reads."""
    app.wsgi_app = HeadAsGet(app.wsgi_app)  # type: ignore[method-assign]

    @app.before_request
    def begin() -> None:
        g.only_reads = request.method in SAFE


def asked_method() -> str:
    """The method of the present request as it was sent; `request.method` says GET for a HEAD."""
    return str(request.environ.get(ASKED_AS, request.method))


def may_note() -> bool:
    """Whether what is noted of a reader may be noted of this request: not of a HEAD or an OPTIONS."""
    return asked_method() not in {"HEAD", "OPTIONS"}


@contextmanager
def noting(what: str) -> Iterator[None]:  # noqa: ARG001 - for the reader, and for the test that lists them
    """Inside it a GET may write: `what` says what is noted of the reader. Ask `may_note` first."""
    before = g.get("noting", False)
    g.noting = True
    try:
        yield
    finally:
        g.noting = before


def asked_once_while_reading(query: Query) -> Query:
    """The query, which a request that only reads sends once for the same arguments: nothing changes meanwhile.

    Requests that may change something, tasks and commands ask each time. Callers leave the answer as it is.
    """

    @wraps(query)
    def answer(*arguments: Any) -> Any:
        if not (has_request_context() and g.get("only_reads", False)):
            return query(*arguments)
        answers: dict[Any, Any] = request.environ.setdefault(ANSWERS, {})
        if (query, arguments) not in answers:
            answers[query, arguments] = query(*arguments)
        return answers[query, arguments]

    return cast("Query", answer)


def refuse_while_reading() -> None:
    """Called by whatever opens a transaction.

    Raises:
        WroteWhileReadingError: the present request is a safe one and notes nothing.
    """
    if g.get("only_reads", False) and not (g.get("noting", False) and may_note()):
        raise WroteWhileReadingError(f"{asked_method()} {request.endpoint} would change something")
