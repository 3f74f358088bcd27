"""A small town on a real port, and a real Chromium."""

import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from core.clock import now
from core.settings import Settings
from tests.browser import system
from tests.browser.gallery import add_gallery
from tests.browser.looks import open_browser
from tests.browser.town import add_people
from tests.browser.visitors import Addresses
from tests.running import served
from wsgi import create_app


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A migrated system with the demonstration town, which everybody copies: made once, whichever worker comes first."""
    own = tmp_path_factory.getbasetemp()
    town = (own if worker_id == "master" else own.parent) / "prepared"
    with Path(f"{town}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not town.exists():
            system.prepare(making := town.with_name("making"))
            making.rename(town)
    return town


@pytest.fixture(scope="session")
def town_app(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application in the demonstration town, and the page of all components."""
    var = tmp_path_factory.mktemp("town")
    shutil.copytree(prepared, var, dirs_exist_ok=True)
    settings = Settings(
        _env_file=None,
        testing=True,
        guiyuan_var=var,
        public_url="http://127.0.0.1:8000",
        ratelimit_enabled=False,
        parts_here=[],
        log_level="ERROR",
    )
    app = create_app(settings)
    add_gallery(app)
    with app.app_context():
        add_people(now())
    return app


@pytest.fixture(scope="session")
def addresses(town_app: Flask) -> Addresses:
    """Where the pages are; whoever arranges one a second time would find it arranged."""
    return Addresses(town_app)


@pytest.fixture(scope="session")
def town(town_app: Flask) -> Iterator[str]:
    """The address of the running town."""
    with served(town_app.config["SETTINGS"], factory="tests.browser.gallery:create_town") as url:
        yield url


@pytest.fixture(scope="session")
def whole(request: pytest.FixtureRequest) -> bool:
    """Whether this run also does what a shorter one leaves to others."""
    return bool(request.config.getoption("--whole"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session."""
    with open_browser() as chromium:
        yield chromium
