"""The settings of cases."""

from flask import current_app

from core.settings import Settings


def case_days() -> int:
    """Days from opening a case to its deadline (`CASE_DAYS`, 10 unless set)."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.case_days
