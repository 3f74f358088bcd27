"""A setting that is given and does not work stops the start, naming the setting and the cause."""

import os

import pytest

from core.cli import show_settings
from core.settings import SettingError, load_settings, unknown_names
from tests.running import environment
from wsgi import create_app


@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        ("DATABASE_URL", "postgresql://nowhere.invalid/x", "nowhere.invalid"),
        ("DATABASE_URL", "postgresql://u:geheim@h:port/x", "port"),
        ("DATABASE_URL", "sqlite:////nonexistent/a.db", "unable to open"),
        ("DATABASE_URL", "mysql://x", "postgresql://"),
        ("PUBLIC_URL", "ftp://x", "http://"),
        ("PORT", "web", "integer"),
        ("SECRET_KEY", "short", "32 characters"),
        ("MEILISEARCH_URL", "http://127.0.0.1:1", "version"),
        ("CELERY_BROKER_URL", "redis://127.0.0.1:1", "Connection refused"),
        ("CELERY_BROKER_URL", "127.0.0.1:6379", "redis://"),
        ("CELERY_BROKER_URL", "carrier-pigeon://x", "carrier-pigeon"),
        ("FILES_URL", "s3://x", "s3fs"),
        ("FILES_URL", "file:///dev/null/x", "Not a directory"),
        ("NOTIFY_URLS", "nonsense", "nonsense"),
        ("NOTIFY_URLS", "mailto://a:geheim@example.org/{nobody}", "{email}"),
        ("NOTIFY_URLS", "mailto://a:geheim@example.org", "receiver"),
        ("STRIPE_SECRET_KEY", "pk_test_x", "sk_"),
        ("SENTRY_DSN", "nonsense", "scheme"),
        ("LOG_LEVEL", "loud", "DEBUG"),
        ("GUIYUAN_VAR", "/dev/null/x", "Not a directory"),
    ],
)
def test_the_start_stops_and_names_the_setting_and_the_cause(monkeypatch, tmp_path, name, value, cause):
    for known in environment(tmp_path).keys() ^ os.environ.keys():
        monkeypatch.delenv(known, raising=False)
    monkeypatch.setenv("GUIYUAN_VAR", str(tmp_path))
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    monkeypatch.setenv("RATELIMIT_ENABLED", "0")
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError) as caught:
        create_app(load_settings())
    assert caught.value.name == name
    assert cause in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_name_that_is_mistyped_is_told_with_the_one_that_is_meant(monkeypatch, app):
    given = {
        "DATABASE_URI": "x", "BACKUP_DIRS": "x", "CELERY_BROKER": "x", "TRUSTED_PROXY": "1", "SEALDIR": "x", "databse_url": "x",
        "DATABASE_URL": "x", "backup_dir": "x", "POST": "x", "PATH": "x", "HOME": "x", "REDIS_URL": "x", "PGPORT": "1",
    }  # fmt: skip
    assert unknown_names(given) == {
        "DATABASE_URI": "DATABASE_URL",
        "BACKUP_DIRS": "BACKUP_DIR",
        "CELERY_BROKER": "CELERY_BROKER_URL",
        "TRUSTED_PROXY": "TRUSTED_PROXIES",
        "SEALDIR": "SEAL_DIR",
        "databse_url": "DATABASE_URL",
    }
    monkeypatch.setenv("DATABASE_URI", "postgresql://x")
    with app.app_context():
        told = app.test_cli_runner().invoke(show_settings).output
    assert "DATABASE_URI             is no setting of ours; is DATABASE_URL meant?" in told


@pytest.mark.parametrize("name", ["PORTS", "SECRET", "MEILI_URL", "DATABASE_NAME", "secret"])
def test_a_name_that_another_program_may_well_have_is_not_taken_for_one_of_ours(name):
    assert unknown_names({name: "x"}) == {}
