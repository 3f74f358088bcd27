"""How Chinese is typed in Latin letters. The dictionaries (0.4 s) are loaded by whoever asks first, not at start."""

from collections.abc import Sequence


def syllables(text: str) -> Sequence[str]:
    """The pinyin of each character without tones; anything else is kept, run by run, as it stands."""
    from pypinyin import lazy_pinyin

    pinyin: list[str] = lazy_pinyin(text)
    return pinyin


def initials(text: str) -> Sequence[str]:
    """The first letter of each syllable: `z s d g` for 朱砂丹桂."""
    from pypinyin import Style, lazy_pinyin

    letters: list[str] = lazy_pinyin(text, style=Style.FIRST_LETTER)
    return letters
