"""Templates: their words and addresses in every language and for every input, and what they are compiled to is kept."""

from pathlib import Path

import pytest
from flask import Flask, render_template_string, session
from flask_babel import force_locale
from jinja2.bccache import bc_magic
from markupsafe import Markup
from werkzeug.routing import BuildError

from core.web.views.light_sessions import LightSessions
from core.web.views.templates import CompiledTemplates, compiler_of, is_ours_alone


def rendered(app: Flask, source: str, path: str = "/", **values: object) -> str:
    with app.test_request_context(path):
        return render_template_string(source, **values)


def test_an_address_follows_where_the_application_is_mounted(app: Flask) -> None:
    source = "{{ url_for('static', filename='css/base.css') }}"
    assert rendered(app, source) == "/static/css/base.css"
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/town"}):
        assert render_template_string(source) == "/town/static/css/base.css"
    assert rendered(app, source) == "/static/css/base.css"


def test_an_address_that_leads_nowhere_is_an_error_each_time(app: Flask) -> None:
    for _again in range(2):
        with pytest.raises(BuildError):
            rendered(app, "{{ url_for('no.such') }}")


def test_words_are_translated_in_the_language_asked_for_and_escaped_once(app: Flask) -> None:
    source = "{{ _('Search') }}|{{ _('until %(day)s', day=day) }}|{{ _('100%% <b>') }}"
    with app.test_request_context("/"):
        for _again in range(2):
            with force_locale("zh_Hans_CN"):
                chinese = render_template_string(source, day="<i>")
            with force_locale("en"):
                english = render_template_string(source, day=Markup("<i>"))
            assert english == "Search|until <i>|100% <b>"
            assert chinese.startswith("搜索|")
            assert "&lt;i&gt;" in chinese
            assert chinese.endswith("|100% <b>")


def test_words_in_a_text_that_is_no_page_are_not_escaped(app: Flask) -> None:
    plain = app.jinja_env.overlay(autoescape=False)
    with app.test_request_context("/"), force_locale("en"):
        assert plain.from_string("{{ _('until %(day)s', day='<i>') }}").render() == "until <i>"
        assert type(plain.from_string("{{ _('Search') }}").module.__str__()) is str


@pytest.mark.parametrize("name", ["_", "gettext"])
def test_words_in_a_template_are_those_of_the_request_each_time(app: Flask, name: str) -> None:
    source = (
        "{{ NAME('Search') }} {{ NAME('Search') | length }} {% if NAME('Search') == 'Search' %}same{% endif %} "
        "{{ NAME(word) }} {{ NAME('until %(day)s', day=word) }} {{ [NAME('Search'), 'b<'] | join('<') }}"
    ).replace("NAME", name)
    with app.test_request_context("/"):
        for _again in range(2):
            for locale, searched in (("en", "Search"), ("zh_Hans_CN", "搜索")):
                with force_locale(locale):
                    said = render_template_string(source, word="Seller").split(" ", 4)
                    page = app.jinja_env.get_template("macros/frame.html").module.footer_places()
                assert said[0] == searched
                assert said[1] == str(len(searched))
                assert said[2] == ("same" if locale == "en" else "")
                assert said[3] == ("Seller" if locale == "en" else "卖家")
                assert said[4].endswith(f"{searched}&lt;b&lt;")
                assert ("The public log" in page) is (locale == "en")


def test_a_template_is_compiled_once_for_all_processes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.test_request_context("/"):
        page = app.jinja_env.get_template("base.html").render()
        monkeypatch.setattr(
            CompiledTemplates, "dump_bytecode", lambda _cache, bucket: pytest.fail(bucket.key)
        )
        assert app.jinja_env.overlay().get_template("base.html").render() == page


def test_what_was_compiled_otherwise_is_not_taken_for_ours(app: Flask) -> None:
    assert compiler_of(app.jinja_env) == compiler_of(app.jinja_env.overlay())
    assert compiler_of(app.jinja_env) != compiler_of(app.jinja_env.overlay(trim_blocks=False))
    assert compiler_of(app.jinja_env) != compiler_of(app.jinja_env.overlay(extensions=["jinja2.ext.do"]))


@pytest.mark.parametrize("left", ["", "j2", "no bytecode", None])
def test_a_page_outlives_what_became_of_its_compiled_template(
    app: Flask, tmp_path: Path, all_told: None, capsys: pytest.CaptureFixture[str], left: str | None
) -> None:
    """Files that were cut short are made again; where nothing can be written, nothing is kept."""
    folder = tmp_path / "compiled"
    if left is not None:
        folder.mkdir()
    for _again in range(2):
        another = app.jinja_env.overlay(bytecode_cache=CompiledTemplates(str(folder)))
        with app.test_request_context("/"):
            assert "<html" in another.get_template("base.html").render()
        for file in folder.glob("*"):
            file.write_text(left or "")
    assert ("template_not_kept" in capsys.readouterr().err) is (left is None)


@pytest.mark.parametrize("rest", [b"", b"\x80", b"garbage", b"\x8c\x05never\x94."])
def test_a_compiled_template_that_is_damaged_behind_its_head_is_made_again(
    app: Flask, tmp_path: Path, rest: bytes
) -> None:
    for _again in range(2):
        another = app.jinja_env.overlay(bytecode_cache=CompiledTemplates(str(tmp_path)))
        with app.test_request_context("/"):
            assert "<html" in another.get_template("base.html").render()
        for file in tmp_path.glob("*"):
            assert len(file.read_bytes()) > len(bc_magic + rest)
            file.write_bytes(bc_magic + rest)


def test_what_others_may_write_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, link = tmp_path / "templates", tmp_path / "link"
    folder.mkdir(mode=0o700)
    link.symlink_to(folder)
    assert is_ours_alone(folder)
    assert not is_ours_alone(link)
    folder.chmod(0o770)
    assert not is_ours_alone(folder)
    folder.chmod(0o700)
    monkeypatch.setattr("os.getuid", lambda: folder.stat().st_uid + 1)
    assert not is_ours_alone(folder)


def test_what_was_typed_is_escaped_and_markup_is_not(app: Flask) -> None:
    source = "{{ a }}|{{ b }}|{{ c }}|{% set d %}{{ a }}{% endset %}{{ d }}|{{ a ~ b }}"
    said = rendered(app, source, a="<i>", b=Markup("<b>"), c=3).split("|")
    assert said == ["&lt;i&gt;", "<b>", "3", "&lt;i&gt;", "&lt;i&gt;<b>"]


def test_macros_filters_and_callers_work_as_jinja_says(app: Flask) -> None:
    source = (
        "{% macro twice(a, b='-') %}{{ a }}{{ b }}{{ a }}{{ caller() if caller is defined else '' }}{% endmacro %}"
        "{% for x in (1, 2) %}{{ twice(x) }}{% endfor %}"
        "{% call twice('<', b=twice('>')) %}{{ ['b', 'a'] | sort | join }}{% endcall %}"
        "{{ cycler('x', 'y').next() }}{{ joiner('/')() }}{{ range(3) | list }}{{ 'a'.upper() }}"
    )
    assert rendered(app, source) == "1-12-2&lt;&gt;-&gt;&lt;abx[0, 1, 2]A"


def test_the_frame_of_a_page_is_written_in_the_language_asked_for_and_where_it_is_mounted(app: Flask) -> None:
    source = "{% from 'macros/frame.html' import footer_places, last_links %}{{ footer_places() }}{{ last_links() }}"
    for mounted in ("", "/town", ""):
        for locale in ("zh_Hans_CN", "en"):
            place = app.test_request_context("/", environ_overrides={"SCRIPT_NAME": mounted})
            with place, force_locale(locale):
                text = render_template_string(source)
            assert f'href="{mounted}/static/css/print.css"' in text
            assert ("The public log" in text) is (locale == "en")
            assert "&lt;" not in text


def test_what_is_missing_is_still_an_error(app: Flask) -> None:
    for source in ("{{ nothing() }}", "{{ nothing.at.all }}", "{{ url_for() }}"):
        with pytest.raises(Exception, match=r"undefined|missing"):
            rendered(app, source)


def test_a_visitor_without_a_session_gets_none_and_one_who_has_keeps_it() -> None:
    app = Flask("sessions")
    app.secret_key = "of the test"
    app.session_interface = LightSessions()
    app.add_url_rule("/keep", "keep", lambda: session.setdefault("n", "1"))
    app.add_url_rule("/forget", "forget", lambda: str(session.pop("n", "")))
    app.add_url_rule("/look", "look", lambda: str("n" in session))
    client = app.test_client()
    first = client.get("/look")
    assert "Set-Cookie" not in first.headers
    assert "Cookie" in first.headers["Vary"]
    assert "Set-Cookie" in client.get("/keep").headers
    assert client.get("/look").text == "True"
    gone = client.get("/forget")
    assert "Max-Age=0" in gone.headers["Set-Cookie"]
    assert client.get("/look").text == "False"
