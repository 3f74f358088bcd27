"""What a page would work out anew for each of its words and links, and need not: macros, translations, addresses."""

from collections.abc import Callable
from types import FunctionType
from typing import Any

from flask import Flask, has_request_context, request
from flask_babel import Domain
from jinja2 import Template, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode
from markupsafe import Markup

# So many words and addresses are remembered at most; what a page makes of a visitor's input is never among them.
MOST_KEPT = 8192
PLAIN = (str, int)
EVAL_CONTEXT = pass_eval_context(lambda _context: None).jinja_pass_arg  # type: ignore[attr-defined]  # set by the decorator


class SharedMacros(Template):
    """A template whose macros are made once. No template here has globals of its own, so no page needs its own macros."""

    def _get_default_module(self, ctx: Context | None = None) -> Any:  # noqa: ARG002 - Jinja's signature
        return super()._get_default_module(None)


class ShortCalls(Context):
    """A call of a plain function or macro without asking it a dozen times what it wants to be passed first."""

    @internalcode
    def call(__self, __callable: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805, PYI063 - Jinja's signature
        kind = type(__callable)
        wanted = getattr(__callable, "jinja_pass_arg", None) if kind is FunctionType else None
        if kind is Macro or wanted is EVAL_CONTEXT:
            args = (__self.eval_ctx, *args)
        elif kind is not FunctionType or wanted is not None:
            return super().call(__callable, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return __callable(*args, **kwargs)


def init_rendering(app: Flask, domain: Domain, language: Callable[[], str]) -> None:
    """Give templates these in place of Jinja's and Flask's own, which answer the same, and `same_for_all`."""
    environment = app.jinja_env
    environment.template_class = SharedMacros
    environment.context_class = ShortCalls
    words = _words_of(domain)
    environment.globals.update(
        gettext=words, _=words, url_for=_addresses_of(app), same_for_all=_frame_in(language)
    )


def _words_of(domain: Domain) -> Callable[..., str]:
    """Jinja's new-style `gettext`: a format string always, its variables escaped where the template escapes."""
    kept: dict[tuple[Any, bool, str], str] = {}

    @pass_eval_context
    def words(context: EvalContext, text: str, /, **variables: Any) -> str:
        catalogue, escapes = domain.get_translations(), bool(context.autoescape)
        if variables:
            translated: str = catalogue.gettext(text)
            return (Markup(translated) if escapes else translated) % variables  # noqa: S704 - our own catalogue
        key = (catalogue, escapes, text)
        found = kept.get(key)
        if found is None:
            translated = catalogue.gettext(text)
            found = (Markup(translated) if escapes else translated) % {}  # noqa: S704 - our own catalogue
            _keep(kept, key, found)
        return found

    return words


def _addresses_of(app: Flask) -> Callable[..., str]:
    """Flask's `url_for`; an address that depends on nothing but its arguments is built once."""
    kept: dict[tuple[Any, ...], str] = {}

    def url_for(endpoint: str, /, **values: Any) -> str:
        if endpoint[0] == "." or not has_request_context():
            return app.url_for(endpoint, **values)
        for name, value in values.items():
            if type(value) not in PLAIN or name[0] == "_":
                return app.url_for(endpoint, **values)
        key = (request.environ.get("SCRIPT_NAME"), endpoint, *values.items())
        found = kept.get(key)
        if found is None:
            found = app.url_for(endpoint, **values)
            _keep(kept, key, found)
        return found

    return url_for


def _frame_in(language: Callable[[], str]) -> Callable[..., str]:
    """What a macro without arguments writes: the same for every visitor and page in one language."""
    kept: dict[tuple[Any, ...], str] = {}

    @pass_eval_context
    def same_for_all(context: EvalContext, macro: Macro) -> str:
        if not has_request_context():
            return macro(context)
        key = (macro, language(), request.environ.get("SCRIPT_NAME"))
        found = kept.get(key)
        if found is None:
            found = macro(context)
            _keep(kept, key, found)
        return found

    return same_for_all


def _keep(kept: dict[Any, str], key: Any, found: str) -> None:
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[key] = found
