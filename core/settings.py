"""Settings: typed, from the environment, named when wrong. Unset means the embedded default."""

import os
import secrets
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from flask import Flask, current_app
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.atomic import write_once

THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
LEAST_SECRET = 32
# How alike a name must be to one of ours to be taken for a slip, and how long ours must be: PORT is too short to tell.
ALIKE = 0.85
LEAST_NAME = 8
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class SettingError(SystemExit):
    """A setting was given and cannot be used: the message names it and the cause."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(f"Setting {name} is not usable: {cause}")
        self.name = name
        self.cause = cause


class Settings(BaseSettings):
    """What can be set from outside; the table in the README explains each."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=False)

    secret_key: SecretStr | None = None
    public_url: str = ""
    port: int = Field(default=8000, ge=1, le=65535)
    guiyuan_var: Path = Path("var")
    database_url: str = ""
    celery_broker_url: str = ""
    meilisearch_url: str = ""
    meilisearch_key: SecretStr | None = None
    stripe_secret_key: SecretStr | None = None
    stripe_webhook_secret: SecretStr | None = None
    stripe_api_base: str = ""
    files_url: str = ""
    notify_urls: Annotated[list[SecretStr], NoDecode] = []
    seal_key_file: Path | None = None
    address_database: Path | None = None
    seal_dir: Path | None = None
    log_origin: str = ""
    witness_urls: Annotated[list[str], NoDecode] = []
    checkpoint_to: Annotated[list[str], NoDecode] = []
    sentry_dsn: SecretStr | None = None
    ratelimit_enabled: bool = True
    hold_minutes: int = Field(default=40, ge=35, le=24 * 60)
    transfer_hold_hours: int = Field(default=72, ge=1, le=24 * 30)
    payee_pause_hours: int = Field(default=24, ge=1, le=24 * 14)
    hold_longest_days: int = Field(default=14, ge=1, le=90)
    proof_check_days: int = Field(default=3, ge=1, le=30)
    cash_confirm_hours: int = Field(default=48, ge=1, le=24 * 14)
    cash_hold_plants: int = Field(default=1_000, ge=0)
    cash_hold_yuan: int = Field(default=5_000, ge=0)
    unpaid_hold_plants: int = Field(default=20_000, ge=1)
    unpaid_hold_yuan: int = Field(default=50_000, ge=1)
    hold_share_percent: int = Field(default=50, ge=1, le=100)
    hold_share_free: int = Field(default=100, ge=0)
    known_buyer_times: int = Field(default=5, ge=1, le=1_000)
    staff_idle_minutes: int = Field(default=30, ge=5)
    staff_session_hours: int = Field(default=12, ge=1)
    session_idle_days: int = Field(default=30, ge=1)
    session_days: int = Field(default=180, ge=1)
    case_days: int = Field(default=10, ge=1, le=365)
    report_day: int = Field(default=10, ge=3, le=28)
    report_reminder_days: int = Field(default=3, ge=0, le=14)
    report_escalation_days: int = Field(default=5, ge=2, le=60)
    codes_approval_above: int = Field(default=5_000, ge=1)
    plant_code_from_mm: int = Field(default=30, ge=0, le=1_000)
    backup_dir: Path | None = None
    backup_keep_days: int = Field(default=14, ge=1, le=366)
    backup_keep_months: int = Field(default=12, ge=0, le=120)
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    log_level: str = "INFO"
    parts_here: Annotated[list[str], NoDecode] = ["web", "worker-fast", "worker-slow", "scheduler"]
    testing: bool = False

    @field_validator("notify_urls", "witness_urls", "checkpoint_to", "parts_here", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return value.split() if isinstance(value, str) else value

    @field_validator("parts_here")
    @classmethod
    def _known_parts(cls, value: list[str]) -> list[str]:
        known = cls.model_fields["parts_here"].default
        if set(value) - set(known):
            raise ValueError("may name " + " ".join(known))
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in LOG_LEVELS:
            raise ValueError("must be one of " + ", ".join(LOG_LEVELS))
        return value.upper()

    @field_validator("public_url", "meilisearch_url", "stripe_api_base")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an address that starts with http:// or https://")
        return value.rstrip("/")

    @field_validator("celery_broker_url")
    @classmethod
    def _broker(cls, value: str) -> str:
        if value and "://" not in value:
            raise ValueError("must be an address such as redis://127.0.0.1:6379/0")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value.startswith("postgres://"):
            value = "postgresql://" + value.removeprefix("postgres://")
        if value.startswith("postgresql://"):
            value = "postgresql+psycopg://" + value.removeprefix("postgresql://")
        if value and not value.startswith(("postgresql+psycopg://", "sqlite:///")):
            raise ValueError("must start with postgresql:// or sqlite:///")
        return value

    @cached_property
    def var(self) -> Path:
        """The folder of everything embedded, made on first use, readable by its owner only."""
        path = self.guiyuan_var.expanduser().absolute()
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingError("GUIYUAN_VAR", str(error)) from None
        if not os.access(path, os.W_OK | os.X_OK):
            raise SettingError("GUIYUAN_VAR", f"{path} is not writable")
        return path

    @property
    def base_url(self) -> str:
        """The address under which the site is reached, without a slash at its end."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def is_this_machine(self) -> bool:
        """Whether visitors can only come from this machine; demonstration sign-ins need that."""
        return urlsplit(self.base_url).hostname in THIS_MACHINE

    @property
    def sqlalchemy_url(self) -> str:
        """The database in force."""
        return self.database_url or f"sqlite:///{self.var / 'guiyuan.db'}"

    @property
    def is_secure(self) -> bool:
        """Whether visitors come over HTTPS."""
        return self.base_url.startswith("https://")

    @cached_property
    def secret(self) -> str:
        """The key behind sessions, tokens and code digests; made on first start and kept in `var/`."""
        if self.secret_key is not None:
            value = self.secret_key.get_secret_value()
            if len(value) < LEAST_SECRET:
                raise SettingError("SECRET_KEY", f"it is shorter than {LEAST_SECRET} characters")
            return value
        return kept_secret(self.var / "secret_key")


def kept_secret(path: Path) -> str:
    """The secret in the file `path`; a first caller writes it, as a whole, readable by the owner only.

    Raises:
        SettingError: the file is there and holds no secret, or can neither be read nor made.
    """
    try:
        if not path.exists():
            write_once(path, secrets.token_urlsafe(48).encode())
        value = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError("SECRET_KEY", f"{path} cannot be kept: {error}") from None
    if len(value) < LEAST_SECRET:
        raise SettingError(
            "SECRET_KEY",
            f"{path} is cut short. Put its copy back; only where nothing was ever sealed or printed, remove it",
        )
    return value


def unknown_names(environ: Mapping[str, str]) -> dict[str, str]:
    """Names in the environment that are no setting but look like one mistyped, each with the one that is meant."""
    ours = [name.upper() for name in Settings.model_fields]
    long = [name for name in ours if len(name) >= LEAST_NAME]
    strangers = (name for name in environ if name.upper() not in ours)
    meant = ((name, get_close_matches(name.upper(), long, n=1, cutoff=ALIKE)) for name in strangers)
    return {name: matches[0] for name, matches in meant if matches}


def load_settings() -> Settings:
    """Settings from the environment.

    Raises:
        SettingError: naming the first setting that cannot be used, and why.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "environment"
        raise SettingError(name, first["msg"].removeprefix("Value error, ")) from None


def settings_of(app: Flask) -> Settings:
    """What an application was made with."""
    settings: Settings = app.config["SETTINGS"]
    return settings


def current_settings() -> Settings:
    """The settings of the present application; whoever needs one asks here."""
    return settings_of(current_app)
