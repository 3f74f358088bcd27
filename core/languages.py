"""The languages of the product: one line each, the first is spoken where nobody chose. Pure; `docs/how-to-add.md`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """One language. Catalogues stand in `translations/<locale>`; English is the source and needs none.

    `code` names it in addresses, files of reports and the JSON API, `tag` in HTML, `name` is what it calls itself.
    Units, villages, cultivars and marks have a Chinese and an English name: `chinese` says which of them it shows.
    `day` and `month` are patterns of Unicode's CLDR for days in sentences.
    """

    locale: str
    code: str
    tag: str
    name: str
    chinese: bool
    day: str
    month: str

    @property
    def script_tag(self) -> str:
        """The tag of a document that is not bound to a country: zh-Hans."""
        return "-".join(self.locale.split("_")[:2])


LANGUAGES = (
    Language("zh_Hans_CN", "zh", "zh-CN", "中文", chinese=True, day="M月d日", month="y年M月"),
    Language("en", "en", "en", "English", chinese=False, day="d MMMM", month="MMMM y"),
)
FIRST = LANGUAGES[0]
BY_LOCALE = {language.locale: language for language in LANGUAGES}
# Each language's locale by its code.
LOCALES_BY_CODE = {language.code: language.locale for language in LANGUAGES}


def find_language(name: str) -> Language | None:
    """The language that a locale or a code names, in any spelling of it: `en`, `en-GB`, `zh_CN`; None for others."""
    plain = name.replace("_", "-").lower()
    for language in LANGUAGES:
        if plain in {language.code.lower(), language.tag.lower(), language.locale.replace("_", "-").lower()}:
            return language
    return next(
        (candidate for candidate in LANGUAGES if candidate.tag.split("-")[0] == plain.split("-")[0]), None
    )


def language_of(name: str) -> Language:
    """The same, or the first language where there is none."""
    return find_language(name) or FIRST
