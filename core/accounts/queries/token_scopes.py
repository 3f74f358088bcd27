"""What tokens can be allowed to do: permissions that `wsgi.py` lists with their words."""

from typing import Any

from flask import Flask, current_app


def init_token_scopes(app: Flask, scopes: dict[str, Any]) -> None:
    """Wire `permission -> lazy words`; a token may be given any of them that its account holds."""
    app.extensions["token_scopes"] = scopes


def known_scopes() -> dict[str, Any]:
    """Every scope with its words."""
    scopes: dict[str, Any] = current_app.extensions["token_scopes"]
    return scopes


def grantable(account_id: int) -> dict[str, Any]:
    """The scopes that this account holds itself."""
    holds = current_app.extensions["gate_policy"]
    return {scope: words for scope, words in known_scopes().items() if holds(account_id, scope)}
