"""The page for programs and the notice of the demonstration."""

from core.application import DEMO_MARKER
from core.web.views.api_docs import operations


def test_every_operation_of_the_description_stands_on_the_page(app, client):
    page = client.get("/api/docs").get_data(as_text=True)
    described = operations(client.get("/api/openapi.json").get_json())
    assert {"/api/v1/orders", "/api/v1/registry/check"} <= {found.path for found in described}
    for found in described:
        assert f"{found.method} {found.path}" in page


def test_the_page_has_no_inline_script(app, client):
    assert "<script>" not in client.get("/api/docs").get_data(as_text=True)


def test_an_example_sends_a_body_only_where_one_is_taken():
    spec = {"paths": {"/a": {"get": {}, "post": {"requestBody": {}}}}}
    ask, send = operations(spec)
    assert ask.example("http://h/") == "curl --globoff 'http://h/a'"
    assert "-X POST" in send.example("http://h")
    assert "-d @body.json" in send.example("http://h")


def test_pages_say_that_the_town_is_invented_only_once_it_is_loaded(app, client):
    marker = app.config["SETTINGS"].var / DEMO_MARKER
    assert "demo-banner" not in client.get("/verify").get_data(as_text=True)
    marker.touch()
    try:
        assert "demo-banner" in client.get("/verify").get_data(as_text=True)
    finally:
        marker.unlink()
