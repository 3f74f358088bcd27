"""What a request log may say of a path: its shape, never a trace code or a link of an account."""

import pytest

from core.web.logs import mask_path


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/C/7K3F9QAB0123456Z", "/C/*"),
        ("/c/7k3f9qab0123456z/proof", "/c/*"),
        ("/api/v1/codes/7K3F9QAB0123456Z", "/api/v1/codes/*"),
        ("/account/reset/secret", "/account/reset/*"),
        ("/01/09506000134352/21/7K3F9QAB0123456Z", "/01/09506000134352/21/*"),
        ("/01/09506000134352/10/L1/21/7K3F9QAB0123456Z", "/01/09506000134352/10/L1/21/*"),
        ("/gtin/09506000134352/ser/7K3F9QAB0123456Z", "/gtin/09506000134352/ser/*"),
        ("/listings/dangui-8cm", "/listings/dangui-8cm"),
    ],
)
def test_secret_tails_are_replaced(path, logged):
    assert mask_path(path) == logged
