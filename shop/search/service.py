"""Asking the engine in force, falling back to the database, and keeping the index up to date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog
from flask import Flask, current_app

from core.settings import SettingError, Settings
from shop.catalogue.queries import documents_for_index
from shop.search import fallback
from shop.search.embedded import EmbeddedEngine
from shop.search.engine import Engine, Found, IndexMissing, SearchAway, Wanted
from traceability import api as traceability

log = structlog.get_logger(__name__)


def init_app(app: Flask, settings: Settings) -> None:
    """Open the engine in force.

    Raises:
        SettingError: MEILISEARCH_URL is set and no Meilisearch answers there, or it refuses the key.
    """
    engine: Engine
    if settings.meilisearch_url:
        from shop.search.meili import MeilisearchEngine

        key = settings.meilisearch_key.get_secret_value() if settings.meilisearch_key else None
        engine = MeilisearchEngine(settings.meilisearch_url, key, group_names)
        try:
            engine.client.get_version()
        except Exception as error:  # noqa: BLE001 - whatever its client raises, the setting does not work
            raise SettingError("MEILISEARCH_URL", f"{type(error).__name__} when asking its version") from None
    else:
        engine = EmbeddedEngine(settings.var / "search", group_names)
    app.extensions["search"] = engine


def group_names() -> dict[str, tuple[str, str]]:
    """Cultivar groups as code -> (Chinese, English with the botanical epithet)."""
    return {
        group.code: (group.name_zh, f"{group.name_en} {group.epithet}")
        for group in traceability.cultivar_groups()
    }


def engine() -> Engine:
    """The engine in force."""
    found: Engine = current_app.extensions["search"]
    return found


def find(wanted: Wanted) -> Found:
    """One page of listing ids; from the database, without facets, when the engine is away."""
    try:
        return engine().search(wanted)
    except SearchAway as error:
        log.warning("search_engine_away", engine=engine().name, code=error.code)
        return fallback.search(wanted, group_names())


def index_listings(ids: Iterable[int], *, at: datetime) -> None:
    """Write the present state of these listings into the index, or take them out of it; a missing index is made whole.

    Raises:
        SearchAway: the engine cannot take it now; ask again later.
    """
    try:
        engine().put(documents_for_index(at=at, ids=list(ids)))
    except IndexMissing:
        rebuild(at=at)


def rebuild(*, at: datetime) -> int:
    """Build a new index of all listings and swap it in; the number of listings that can be found."""
    return engine().rebuild(documents_for_index(at=at))


def rebuild_missing(*, at: datetime) -> int:
    """Build the index where there is none: on a new machine, or after its folder was lost.

    Returns:
        The number of listings that can be found since; 0 when there was an index, or no engine to give one to.
    """
    try:
        check()
    except IndexMissing:
        return rebuild(at=at)
    except SearchAway as error:
        log.warning("search_engine_away", engine=engine().name, code=error.code)
    return 0


def check() -> None:
    """Raises when the engine in force cannot answer (for `/readyz`)."""
    engine().check()
