"""What JSON-LD contexts say about prefixes: enough to expand `example:myField`, and to join contexts."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from traceability.events.rules.vocabulary import CBV, EPCIS, GS1_VOC

STANDARD = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_STANDARD_URLS = re.compile(
    r"https?://(ref\.gs1\.org/standards/epcis/|gs1\.github\.io/EPCIS/)(.*/)?epcis-context\.jsonld"
)

# What the standard context itself defines.
BUILT_IN: dict[str, str] = {
    "gs1": GS1_VOC,
    "cbv": CBV,
    "epcis": EPCIS,
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}


def parts_of(context: Any) -> list[Any]:
    """A context as the list that it stands for."""
    if context is None:
        return []
    return list(context) if isinstance(context, list) else [context]


def namespaces(*contexts: Any) -> dict[str, str]:
    """Prefix -> namespace of the contexts taken one after the other, on top of the standard's own."""
    known = dict(BUILT_IN)
    for context in contexts:
        for part in parts_of(context):
            if isinstance(part, Mapping):
                for term, meaning in part.items():
                    namespace = meaning.get("@id") if isinstance(meaning, Mapping) else meaning
                    if isinstance(namespace, str) and not term.startswith("@"):
                        known[term] = namespace
    return known


def split_name(name: str, known: Mapping[str, str]) -> tuple[str, str]:
    """An extension's name as (namespace, local name); ("", name) for one without any."""
    prefix, colon, local = name.partition(":")
    if colon and prefix in known and not local.startswith("//"):
        return known[prefix], local
    cut = max(name.rfind("#"), name.rfind("/"))
    if cut > 0 and colon:
        return name[: cut + 1], name[cut + 1 :]
    return (f"{prefix}:", local) if colon else ("", name)


def expanded(value: str, known: Mapping[str, str]) -> str:
    """A compact URI as the full one; anything else as it is."""
    prefix, colon, local = value.partition(":")
    if colon and prefix in known and not local.startswith("//"):
        return known[prefix] + local
    return value


def join(contexts: Iterable[Any]) -> tuple[list[Any], list[int]]:
    """One context for many events, and which of them (by place) it cannot speak for.

    A context joins when it names only standard contexts and plain prefixes that mean the same as those
    already there; an event whose context does not join must carry its own.
    """
    joined: list[Any] = []
    meaning: dict[str, str] = {}
    apart: list[int] = []
    for place, context in enumerate(contexts):
        parts = parts_of(context)
        if not joined:
            joined, meaning = list(parts), _plain_terms(parts) or {}
            continue
        if parts == joined:
            continue
        terms, present = _plain_terms(parts), _plain_terms(joined)
        if (
            terms is None
            or present is None
            or any(meaning.get(term, full) != full for term, full in terms.items())
        ):
            apart.append(place)
            continue
        joined += [part for part in parts if part not in joined]
        meaning |= terms
    return joined or [STANDARD], apart


def _plain_terms(parts: list[Any]) -> dict[str, str] | None:
    terms: dict[str, str] = {}
    for part in parts:
        if isinstance(part, str):
            if not _STANDARD_URLS.fullmatch(part):
                return None
        elif not all(isinstance(full, str) and not term.startswith("@") for term, full in part.items()):
            return None
        else:
            terms |= part
    return terms
