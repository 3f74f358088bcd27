"""What a request log may say of a path: its shape, never a trace code or a link of an account."""

import re
from pathlib import Path

import pytest

from core.logs import mask_path

PATHS = [
    ("/C/7K3F9QAB0123456Z", "/C/*"),
    ("/c/7k3f9qab0123456z/proof", "/c/*"),
    ("/api/v1/codes/7K3F9QAB0123456Z", "/api/v1/codes/*"),
    ("/account/reset/secret", "/account/reset/*"),
    ("/grower/join/secret", "/grower/join/*"),
    ("/invitation/secret", "/invitation/*"),
    ("/payments/stripe/return/secret", "/payments/stripe/return/*"),
    ("/01/09506000134352/21/7K3F9QAB0123456Z", "/01/09506000134352/21/*"),
    ("/01/09506000134352/10/L1/21/7K3F9QAB0123456Z", "/01/09506000134352/10/L1/21/*"),
    ("/gtin/09506000134352/ser/7K3F9QAB0123456Z", "/gtin/09506000134352/ser/*"),
    ("/listings/dangui-8cm", "/listings/dangui-8cm"),
]
PROXY = Path(__file__).parents[4] / "docs" / "deploy" / "nginx" / "guiyuan.conf"


@pytest.mark.parametrize(("path", "logged"), PATHS)
def test_secret_tails_are_replaced(path, logged):
    assert mask_path(path) == logged


@pytest.mark.parametrize(("path", "logged"), PATHS)
def test_the_proxy_s_log_keeps_the_same_secrets(path, logged):
    patterns = re.findall(r'^    "~(\S+)"', PROXY.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(patterns) == 3
    kept = [
        found[1] + "*" for pattern in patterns if (found := re.match(pattern.replace("(?<", "(?P<"), path))
    ]
    assert (kept or [path])[0] == logged
