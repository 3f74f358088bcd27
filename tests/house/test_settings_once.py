"""Settings are asked for through `core.settings`, typed: nobody reads the application's configuration or the environment."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("core", "branch", "traceability", "shop")
SETTINGS = ROOT / "core" / "settings.py"
# An extension's own, copied for a second application that migrates beside the first.
OF_EXTENSIONS = {"ALEMBIC", "ALEMBIC_CONTEXT"}


def settings_read(source: str) -> Iterator[int]:
    """Lines that read `app.config[...]`, `app.config.get(...)` or a variable of the environment by its name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            owner, key = node.value, node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            owner, key = node.func.value, node.args[0]
            if node.func.attr not in {"get", "getenv", "get_namespace"}:
                continue
        else:
            continue
        name, constant = ast.unparse(owner), isinstance(key, ast.Constant)
        if (constant and key.value in OF_EXTENSIONS) or not (constant or name.endswith("config")):
            continue
        if name.endswith(".config") or name in {"config", "os.environ", "os"}:
            yield node.lineno


def test_nobody_else_reads_settings():
    paths = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")] + [ROOT / "wsgi.py"]
    assert not [
        (path, line) for path in paths if path != SETTINGS for line in settings_read(path.read_text())
    ]


@pytest.mark.parametrize(
    "line",
    [
        'current_app.config["SETTINGS"].base_url',
        'app.config["SECRET_KEY"]',
        'current_app.config.get("PORT")',
        "app.config[name]",
        'os.environ["DATABASE_URL"]',
        'os.environ.get("PORT")',
        'os.getenv("PORT")',
    ],
)
def test_a_setting_that_is_read_by_name_is_seen(line):
    assert list(settings_read(line)) == [1]


@pytest.mark.parametrize(
    "line", ['app.config["RATELIMIT_ENABLED"] = True', 'app.config["ALEMBIC"]', "os.environ[name]"]
)
def test_what_an_extension_is_told_is_no_setting_read(line):
    assert list(settings_read(line)) == []
