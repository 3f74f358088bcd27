"""What a page would work out anew for each of its words and links, and need not: macros, translations, addresses."""

from collections.abc import Callable, MutableMapping
from types import FunctionType
from typing import Any

from flask import Flask, has_app_context, has_request_context, request
from flask.templating import Environment
from flask_babel import Domain
from jinja2 import Template, nodes, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

# So many words and addresses are remembered at most; what a page makes of a visitor's input is never among them.
MOST_KEPT = 8192
PLAIN = (str, int)
EVAL_CONTEXT = pass_eval_context(lambda _context: None).jinja_pass_arg  # type: ignore[attr-defined]  # set by the decorator


def escaped(value: Any) -> Markup:
    """`escape` for what templates write: most of it is markup already, made by macros and by `_`."""
    return value if type(value) is Markup else escape(value)


class SharedMacros(Template):
    """A template whose macros are made once. No template here has globals of its own, so no page needs its own macros."""

    @classmethod
    def _from_namespace(
        cls,
        environment: Environment,  # type: ignore[override]  # Jinja's own is the wider one
        namespace: MutableMapping[str, Any],
        globals: MutableMapping[str, Any],  # noqa: A002 - Jinja's signature
    ) -> Template:
        namespace["escape"] = escaped
        return super()._from_namespace(environment, namespace, globals)

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


class TranslatedTemplates(Environment):
    """Compiles each template once per language, with the words of that language standing in it as its own text.

    The environment of the application hands every template on to that of the request's language; only where there
    is no application at work (when templates are merely compiled) it makes them itself, and asks for each word.
    """

    domain: Domain
    language: Callable[[], str]
    spoken: dict[str, "TranslatedTemplates"]
    catalogue: Any = None

    def speak(self, domain: Domain, language: Callable[[], str]) -> None:
        """Say where the words are, and which language a request is in. Once, before the first template."""
        self.domain, self.language, self.spoken = domain, language, {}

    def overlay(self, *args: Any, **options: Any) -> "TranslatedTemplates":
        """Another environment that differs in `options`; it has templates of its own, in each language too."""
        other = super().overlay(*args, **options)
        assert isinstance(other, TranslatedTemplates)
        other.spoken = {}
        return other

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:  # noqa: A002 - Jinja's signature
        one = self._of_language()
        # Unlike `get_template`, it stands behind each way of asking for a template by its name.
        return super()._load_template(name, globals) if one is self else one._load_template(name, globals)  # noqa: SLF001

    def from_string(self, source: Any, *args: Any, **options: Any) -> Template:
        one = self._of_language()
        if one is self:
            return super().from_string(source, *args, **options)
        return one.from_string(source, *args, **options)

    def _of_language(self) -> "TranslatedTemplates":
        if self.catalogue is not None or not has_app_context():
            return self
        language = self.language()
        one = self.spoken.get(language)
        if one is None:
            one = self.overlay()
            one.catalogue = self.domain.get_translations()
            self.spoken[language] = one
        return one

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if self.catalogue is not None:
            _Translation(self.catalogue).visit(tree)
        return tree


class _Translation(NodeTransformer):
    """Puts the translation in place of a call of `_` whose text stands in the template; variables stay variables."""

    def __init__(self, catalogue: Any) -> None:
        self.catalogue = catalogue

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802 - Jinja's name
        self.generic_visit(node)
        called, given = node.node, node.args
        if not isinstance(called, nodes.Name) or called.name not in {"_", "gettext"} or len(given) != 1:
            return node
        if not isinstance(given[0], nodes.Const) or node.dyn_args or node.dyn_kwargs:
            return node
        at = node.lineno
        text = self.catalogue.gettext(given[0].value)
        if not node.kwargs:
            return nodes.MarkSafeIfAutoescape(nodes.Const(text % {}, lineno=at), lineno=at)
        pairs = [nodes.Pair(nodes.Const(one.key, lineno=at), one.value, lineno=at) for one in node.kwargs]
        form = nodes.MarkSafeIfAutoescape(nodes.Const(text, lineno=at), lineno=at)
        return nodes.Mod(form, nodes.Dict(pairs, lineno=at), lineno=at)


def init_rendering(app: Flask, domain: Domain, language: Callable[[], str]) -> None:
    """Give templates these in place of Jinja's and Flask's own, which answer the same, and `same_for_all`."""
    environment = app.jinja_env
    assert isinstance(environment, TranslatedTemplates)
    environment.speak(domain, language)
    environment.template_class = SharedMacros
    environment.context_class = ShortCalls
    words = _words_of(domain)
    environment.globals.update(gettext=words, _=words, url_for=_addresses_of(app), same_for_all=_frame())


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


def _frame() -> Callable[..., str]:
    """What a macro without arguments writes: the same for every visitor and page. Each language has macros of its own."""
    kept: dict[tuple[Any, ...], str] = {}

    @pass_eval_context
    def same_for_all(context: EvalContext, macro: Macro) -> str:
        if not has_request_context():
            return macro(context)
        key = (macro, request.environ.get("SCRIPT_NAME"))
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
