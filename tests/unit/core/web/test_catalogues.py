"""Fragments become one compiled catalogue."""

import gettext
import os
from pathlib import Path

import pytest

from core.web.wording.catalogues import compile_catalogues, compiled

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fragment(tmp_path, "cart", 'msgid "Cart"\nmsgstr "购物车"\n')
    fragment(tmp_path, "plants", 'msgid "%(n)s plant"\nmsgid_plural "%(n)s plants"\nmsgstr[0] "%(n)s 株"\n')
    return tmp_path


def fragment(folder: Path, name: str, body: str) -> Path:
    path = folder / "zh_Hans_CN" / "LC_MESSAGES" / f"{name}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + body, encoding="utf-8")
    return path


def catalogue(folder: Path) -> gettext.GNUTranslations:
    with compiled(folder, "zh_Hans_CN").open("rb") as file:
        return gettext.GNUTranslations(file)


def test_all_fragments_speak_through_one_catalogue(folder: Path) -> None:
    compile_catalogues(folder)
    assert catalogue(folder).gettext("Cart") == "购物车"
    assert catalogue(folder).ngettext("%(n)s plant", "%(n)s plants", 3) == "%(n)s 株"


def test_what_is_fresh_is_left_alone(folder: Path) -> None:
    assert compile_catalogues(folder) == [compiled(folder, "zh_Hans_CN")]
    assert compile_catalogues(folder) == []


def test_a_younger_fragment_is_compiled_again(folder: Path) -> None:
    compile_catalogues(folder)
    path = fragment(folder, "cart", 'msgid "Cart"\nmsgstr "车"\n')
    later = compiled(folder, "zh_Hans_CN").stat().st_mtime + 5
    os.utime(path, (later, later))
    compile_catalogues(folder)
    assert catalogue(folder).gettext("Cart") == "车"


def test_an_untranslated_or_doubtful_entry_stays_english(folder: Path) -> None:
    fragment(folder, "more", 'msgid "Empty"\nmsgstr ""\n\n#, fuzzy\nmsgid "Guess"\nmsgstr "猜"\n')
    compile_catalogues(folder, always=True)
    assert catalogue(folder).gettext("Empty") == "Empty"
    assert catalogue(folder).gettext("Guess") == "Guess"


def test_no_half_written_file_is_left_behind(folder: Path) -> None:
    compile_catalogues(folder)
    left = sorted(path.name for path in compiled(folder, "zh_Hans_CN").parent.iterdir())
    assert left == ["cart.po", "guiyuan.mo", "plants.po"]
