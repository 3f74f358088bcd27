"""Linksets (RFC 9264) as GS1-conformant resolvers answer them: links by their type, and choosing among them. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.languages import LOCALES_BY_CODE

VOCABULARY = "https://ref.gs1.org/voc/"
# Namespaces and prefixes by which a caller may name a link type of the vocabulary.
NAMESPACES = (VOCABULARY, "https://gs1.org/voc/", "http://gs1.org/voc/", "gs1:")
DEFAULT = "defaultLink"
MEDIA_TYPE = "application/linkset+json"
CONTEXT = "https://ref.gs1.org/standards/resolver/linkset-context"


@dataclass(frozen=True)
class Link:
    """A link of one type of GS1's vocabulary, such as `pip` or `traceability`."""

    kind: str
    href: str
    title: str
    media_type: str = "text/html"
    languages: tuple[str, ...] = tuple(LOCALES_BY_CODE)

    def document(self) -> dict[str, Any]:
        """The link as a target object; the default link has nothing but its target and title."""
        shown: dict[str, Any] = {"href": self.href, "title": self.title}
        if self.kind != DEFAULT:
            shown["type"] = self.media_type
            if self.languages:
                shown["hreflang"] = list(self.languages)
        return shown


@dataclass(frozen=True)
class LinkContext:
    """What is known of one identified thing: its address here, its description, its links, the default one among them."""

    anchor: str
    description: str
    links: tuple[Link, ...]

    def of_kind(self, kind: str) -> tuple[Link, ...]:
        """Its links of one type, in their order."""
        return tuple(link for link in self.links if link.kind == kind)

    @property
    def default(self) -> Link:
        """The link that answers when none is asked for; every context has one."""
        (link,) = self.of_kind(DEFAULT)
        return link


def linkset(contexts: Iterable[LinkContext]) -> dict[str, Any]:
    """The document of `application/linkset+json`: the most precise context first."""
    return {"linkset": [_context(context) for context in contexts]}


def _context(context: LinkContext) -> dict[str, Any]:
    shown: dict[str, Any] = {"anchor": context.anchor, "itemDescription": context.description}
    for link in context.links:
        shown.setdefault(VOCABULARY + link.kind, []).append(link.document())
    return shown


def kind_of(link_type: str) -> str | None:
    """The link type that `gs1:pip` or its full address names; None when it is of no vocabulary of ours."""
    for namespace in NAMESPACES:
        if link_type.startswith(namespace):
            return link_type.removeprefix(namespace) or None
    return None


def choose(
    contexts: Sequence[LinkContext], kind: str, *, languages: Sequence[str], media_types: Sequence[str]
) -> tuple[Link, ...]:
    """The links of a type that fit best: of the most precise context that has any, by language, then media type.

    Args:
        contexts: the most precise first.
        kind: the type of link.
        languages: what the caller reads, the best first; empty for no wish.
        media_types: what the caller takes, the best first; empty for no wish.

    Returns:
        None, one, or several that fit equally well.
    """
    fitting: tuple[Link, ...] = next((links for context in contexts if (links := context.of_kind(kind))), ())
    for wished, offered in (
        (languages, lambda link: link.languages),
        (media_types, lambda link: (link.media_type,)),
    ):
        best = next(
            (links for wish in wished if (links := tuple(link for link in fitting if wish in offered(link)))),
            (),
        )
        fitting = best or fitting
    return fitting
