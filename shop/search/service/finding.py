"""Asking the engine in force, and falling back to the database."""

from __future__ import annotations

import structlog
from flask import Flask, current_app

from core.settings import SettingError, Settings, current_settings
from shop.search.service import database_engine as fallback
from shop.search.service.engine import Engine, SearchAway, SearchHits, Wanted
from traceability import api as traceability

log = structlog.get_logger(__name__)


def init_app(app: Flask, settings: Settings) -> None:
    """Open the engine that a setting names; the embedded one is opened by whoever asks first.

    Raises:
        SettingError: MEILISEARCH_URL is set and no Meilisearch answers there, or it refuses the key.
    """
    if not settings.meilisearch_url:
        return
    from shop.search.service.meilisearch_engine import MeilisearchEngine

    key = settings.meilisearch_key.get_secret_value() if settings.meilisearch_key else None
    engine = MeilisearchEngine(settings.meilisearch_url, key, group_names)
    try:
        engine.client.get_version()
    except Exception as error:  # noqa: BLE001 - whatever its client raises, the setting does not work
        raise SettingError("MEILISEARCH_URL", f"{type(error).__name__} when asking its version") from None
    app.extensions["search"] = engine


def group_names() -> dict[str, tuple[str, str]]:
    """Cultivar groups as code -> (Chinese, English with the botanical epithet)."""
    return {
        group.code: (group.name_zh, f"{group.name_en} {group.epithet}")
        for group in traceability.cultivar_groups()
    }


def engine() -> Engine:
    """The engine in force."""
    if "search" not in current_app.extensions:
        from shop.search.service.tantivy_engine import EmbeddedEngine

        current_app.extensions["search"] = EmbeddedEngine(current_settings().var / "search", group_names)
    in_force: Engine = current_app.extensions["search"]
    return in_force


def find(wanted: Wanted) -> SearchHits:
    """One page of listing ids; from the database, without facets, when the engine is away."""
    try:
        return engine().search(wanted)
    except SearchAway as error:
        log.warning("search_engine_away", engine=engine().name, code=error.code)
        return fallback.search(wanted, group_names())


def check() -> None:
    """Raises when the engine in force cannot answer (for `/readyz`)."""
    engine().check()
