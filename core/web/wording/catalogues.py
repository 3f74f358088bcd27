"""Translations: each part of the product has its own fragment; together they are one compiled catalogue.

A fragment is `translations/<locale>/LC_MESSAGES/<part>.po`. `compile_catalogues` merges all fragments
of a locale into `guiyuan.mo` beside them, which Flask-Babel reads.
"""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from core.atomic import write_durably

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

DOMAIN = "guiyuan"
FOLDER = Path(__file__).resolve().parents[3] / "translations"


def fragments(folder: Path = FOLDER) -> dict[str, list[Path]]:
    """The fragments of each locale, in alphabetical order."""
    by_locale: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        by_locale.setdefault(path.parent.parent.name, []).append(path)
    return by_locale


def compiled(folder: Path, locale: str) -> Path:
    """Where the compiled catalogue of a locale stands."""
    return folder / locale / "LC_MESSAGES" / f"{DOMAIN}.mo"


def is_stale(target: Path, sources: list[Path]) -> bool:
    """Whether a fragment is younger than what was compiled from them."""
    return not target.exists() or any(
        source.stat().st_mtime_ns > target.stat().st_mtime_ns for source in sources
    )


def merge(sources: list[Path], locale: str) -> "Catalog":
    """One catalogue of all fragments; the first translation of a message counts."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    whole = Catalog(locale=locale, domain=DOMAIN)
    for source in sources:
        with source.open("rb") as file:
            part = read_po(file, locale=locale, abort_invalid=True)
        for message in part:
            known = whole.get(message.id, message.context) if message.id else True
            if not known and message.string and not message.fuzzy:
                whole.add(message.id, message.string, context=message.context)
    return whole


def compile_catalogues(folder: Path = FOLDER, *, always: bool = False) -> list[Path]:
    """Compile what is stale and return what was written.

    Each is put as a whole, so that processes that start together never read half a catalogue.
    """
    written = []
    for locale, sources in fragments(folder).items():
        target = compiled(folder, locale)
        if not always and not is_stale(target, sources):
            continue
        from babel.messages.mofile import write_mo

        ready = io.BytesIO()
        write_mo(ready, merge(sources, locale))
        write_durably(target, ready.getvalue())
        written.append(target)
    return written
