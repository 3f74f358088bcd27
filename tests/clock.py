"""A clock that tests set: what happens at a moment, a second before it and a second after it."""

import sys
from datetime import datetime, timedelta
from typing import Any

import pytest

import core.clock

OURS = frozenset({"core", "branch", "traceability", "shop", "wsgi"})


class Clock:
    """The present moment, everywhere in the application, until the test ends."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def to(self, at: datetime) -> None:
        """It is `at` now."""
        self.at = at

    def forward(self, **parts: float) -> None:
        """Some time goes by: `clock.forward(minutes=2)`."""
        self.at += timedelta(**parts)

    def stand_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer wherever a module of ours asks `core.clock.now`."""
        real = core.clock.now
        for name, module in list(sys.modules.items()):
            names: dict[str, Any] = getattr(module, "__dict__", {})
            if name.split(".")[0] in OURS and names.get("now") is real:
                monkeypatch.setattr(module, "now", self)
