"""Chinese first, English complete: every text of the product stands in exactly one voice in the catalogues."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po

from core.web.wording.catalogues import FOLDER, fragments

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "branch", "traceability", "shop")
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "_n": (1, 2),
}
JINJA = {"extensions": "", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@cache
def texts() -> dict[tuple[str, ...], str]:
    """Every text in code and templates, with one place where it stands; a plural is a pair."""
    found: dict[tuple[str, ...], str] = {}

    def keep(where: str, messages: str | tuple[str, ...]) -> None:
        found.setdefault((messages,) if isinstance(messages, str) else tuple(messages), where)

    for room in ROOMS:
        for path, line, messages, *_ in extract_from_dir(ROOT / room, [("**.py", "python")], {}, KEYWORDS):
            keep(f"{room}/{path}:{line}", messages)
    for line, messages, *_ in extract_from_file("python", ROOT / "wsgi.py", KEYWORDS):
        keep(f"wsgi.py:{line}", messages)
    templates = extract_from_dir(ROOT / "templates", [("**", "jinja2")], {"**": JINJA}, KEYWORDS)
    for path, line, messages, *_ in templates:
        keep(f"templates/{path}:{line}", messages)
    return found


def entries() -> Iterator[tuple[Path, Message]]:
    for locale, paths in fragments().items():
        for path in paths:
            with path.open("rb") as file:
                for message in read_po(file, locale=locale, abort_invalid=True):
                    if message.id:
                        yield path, message


def ids_of(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def strings_of(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_there_are_texts_and_fragments_to_look_at() -> None:
    assert len(texts()) > 80
    assert {"core"} <= {path.stem for path in fragments(FOLDER)["zh_Hans_CN"]}


def test_every_text_has_a_chinese_translation() -> None:
    translated = {ids_of(m)[0] for _, m in entries() if all(strings_of(m)) and not m.fuzzy}
    missing = [f"{where}: {ids[0]}" for ids, where in texts().items() if ids[0] not in translated]
    assert not missing, f"{len(missing)} without a translation:\n" + "\n".join(sorted(missing))


def test_a_plural_in_the_code_is_a_plural_in_the_catalogue() -> None:
    shapes = {ids_of(m)[0]: len(ids_of(m)) for _, m in entries()}
    wrong = [
        f"{where}: {ids[0]}" for ids, where in texts().items() if shapes.get(ids[0], len(ids)) < len(ids)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_two_fragments_translate_a_text_differently() -> None:
    voices: dict[str, dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    for path, message in entries():
        language = path.parent.parent.name
        voices[f"{language}: {ids_of(message)[0]}"][strings_of(message)].append(path.name)
    double = {text: dict(said) for text, said in voices.items() if len(said) > 1}
    assert not double, "\n".join(f"{text}: {said}" for text, said in double.items())


@pytest.mark.parametrize("mark", ["!", "！"])
def test_nobody_shouts(mark: str) -> None:
    loud = [ids[0] for ids in texts() if mark in "".join(ids)]
    loud += [m.id for _, m in entries() if mark in "".join(strings_of(m))]
    assert not loud, loud


def test_translations_keep_the_placeholders() -> None:
    for path, message in entries():
        asked = set(PLACEHOLDER.findall(" ".join(ids_of(message))))
        for string in strings_of(message):
            given = set(PLACEHOLDER.findall(string))
            assert given <= asked, f"{path.name}: {message.id}: {given - asked} is not in the text"
            assert asked - given <= {"n", "num", "count"}, f"{path.name}: {message.id} loses {asked - given}"


def test_chinese_translations_use_chinese_punctuation() -> None:
    wrong = [
        f"{path.name}: {string}"
        for path, message in entries()
        if path.parent.parent.name == "zh_Hans_CN"
        for string in strings_of(message)
        if re.search(r"[\u4e00-\u9fff][,;?]|[\u4e00-\u9fff]\.(\s|$)", string)
    ]
    assert not wrong, "\n".join(wrong)
