"""Rules that every template keeps: it compiles, its addresses exist, no inline code, no text outside the catalogues."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
ALL = sorted(
    str(path.relative_to(TEMPLATES))
    for path in TEMPLATES.rglob("*")
    if path.suffix in {".html", ".txt", ".xml"}
)
PAGES = [name for name in ALL if name.endswith(".html")]

JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
JINJA_CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
CLASS_BLOCK = re.compile(r"\{%\s*block \w*_class\s*%\}.*?\{%\s*endblock[^%]*%\}", re.DOTALL)
HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
STYLE = re.compile(r"<[^>]*\sstyle\s*=|<style\b", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE)
SPOKEN_ATTRIBUTES = {"alt", "title", "placeholder", "aria-label", "content"}
WORD = re.compile(r"[^\W\d_]{2,}")
# Names of languages in their own language, units and names that are the same in both.
UNTRANSLATED = {
    "中文",
    "English",
    "PDF",
    "XLSX",
    "CSV",
    "JSON",
    "QR",
    "cm",
    "mm",
    "kg",
    "EPCIS",
    "GS",
    "HTML",
    "Excel",
    "API",
    "KB",
}


def source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def html_of(name: str) -> str:
    """The markup of a template with its Jinja parts blanked out."""
    text = CLASS_BLOCK.sub("", JINJA_COMMENT.sub("", source(name)))
    return JINJA_CODE.sub("", text)


@pytest.mark.parametrize("name", ALL)
def test_it_compiles(app: Flask, name: str) -> None:
    app.jinja_env.get_template(name)


# Files that people download: they carry their own style, because nothing stands beside them.
SELF_CONTAINED = {"branch/reports/standalone.html"}


@pytest.mark.parametrize("name", [name for name in PAGES if name not in SELF_CONTAINED])
def test_it_has_no_inline_script_or_style(name: str) -> None:
    html = html_of(name)
    for rule in (HANDLER, STYLE, SCRIPT):
        assert not (found := rule.search(html)), f"{name}: {found.group(0)}"
    assert "javascript:" not in html


def endpoints(app: Flask, name: str) -> Iterator[str]:
    tree = app.jinja_env.parse(source(name))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "url_for" and call.args:
            first = call.args[0]
            if isinstance(first, nodes.Const):
                yield str(first.value)


@pytest.mark.parametrize("name", ALL)
def test_its_addresses_exist(app: Flask, name: str) -> None:
    unknown = [point for point in endpoints(app, name) if point not in app.view_functions]
    assert not unknown, f"{name}: {unknown}"


class Spoken(HTMLParser):
    """Collects what a reader would see or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = 0
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "code"}:
            self.silent += 1
        spoken = SPOKEN_ATTRIBUTES - (
            {"content"} if tag == "meta" and dict(attrs).get("name") != "description" else set()
        )
        self.texts += [value for key, value in attrs if key in spoken and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "code"} and self.silent:
            self.silent -= 1

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts.append(data)


@pytest.mark.parametrize("name", PAGES)
def test_it_says_nothing_outside_the_catalogues(name: str) -> None:
    reader = Spoken()
    reader.feed(html_of(name))
    bare = {word for text in reader.texts for word in WORD.findall(text)} - UNTRANSLATED
    assert not bare, f"{name}: {sorted(bare)} should go through _()"


# Which arguments of the macros are read by people.
SPOKEN_ARGUMENTS: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    "banner": ((0,), ("text",)),
    "button": ((0,), ("text",)),
    "card": ((0,), ("title",)),
    "chart_with_table": ((1, 4), ("alt", "caption")),
    "empty_state": ((0, 1, 2), ("title", "text", "action_text")),
    "fact": ((0,), ("label",)),
    "field": ((1, 3), ("hint", "label", "placeholder")),
    "figure_card": ((0, 2, 3), ("label", "note", "grade")),
    "group": ((0, 1), ("legend", "hint")),
    "photo": ((1, 2), ("alt", "caption")),
    "pill": ((0,), ("text",)),
    "post_button": ((0,), ("text",)),
    "progress": ((2,), ("label",)),
    "sheet": ((0,), ("summary",)),
    "stepper": ((), ("label",)),
    "submit": ((0,), ("text",)),
    "table": ((2,), ("caption", "empty")),
    "tabs": ((1,), ("label",)),
    "verdict": ((0, 1), ("title", "text")),
}


@pytest.mark.parametrize("name", PAGES)
def test_macros_are_given_no_bare_text(app: Flask, name: str) -> None:
    bare = []
    for call in app.jinja_env.parse(source(name)).find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name) or call.node.name not in SPOKEN_ARGUMENTS:
            continue
        places, names = SPOKEN_ARGUMENTS[call.node.name]
        given = [call.args[place] for place in places if place < len(call.args)]
        given += [keyword.value for keyword in call.kwargs if keyword.key in names]
        bare += [
            f"{call.node.name}({value.value!r})"
            for value in given
            if isinstance(value, nodes.Const) and isinstance(value.value, str) and WORD.search(value.value)
        ]
    assert not bare, f"{name}: {bare} should go through _()"


def test_every_page_has_a_title_of_its_own() -> None:
    frames = {"base.html", "console.html"}
    without = [
        name
        for name in PAGES
        if re.search(r'{%-?\s*extends\s+"(base|console)\.html"', source(name))
        and name not in frames
        and "block title" not in source(name)
    ]
    assert not without, without


@pytest.mark.parametrize("name", [name for name in PAGES if "block description" in source(name)])
def test_a_description_is_a_meta_element_and_not_text_on_the_page(name: str) -> None:
    blocks = re.findall(r"\{% block description %\}(.*?)\{% endblock %\}", source(name), re.DOTALL)
    assert blocks
    assert all(block.strip().startswith("<meta ") for block in blocks)
