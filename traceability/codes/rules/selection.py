"""Codes as dispatchers give them: scanned, typed, or as a range of places in a batch."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from traceability.codes.rules.notation import CodeProblem, masked, read_code

MOST_IN_RANGE = 5_000

_SEPARATORS = re.compile(r"[\n\r,;，；、]+")
_BATCH = re.compile(r"B-\d{4}-[0-9A-Z]{7}", re.IGNORECASE)
_RANGE = re.compile(
    r"(?P<batch>B-\d{4}-[0-9A-Z]{7})\s*[#:：/\s]\s*(?P<first>\d{1,7})"
    r"(?:\s*(?:-|–|—|~|～|\.\.|到|至)\s*#?(?P<last>\d{1,7}))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class BatchRange:
    """Places `first` to `last` (both included) of a batch, as printed beside each code; `last` 0 for all."""

    batch_number: str
    first: int
    last: int


@dataclass(frozen=True)
class NotACode:
    """A line that cannot be a code, masked, and why."""

    masked: str
    problem: CodeProblem


@dataclass(frozen=True)
class Selection:
    """What was given, read: every code once, every range, and every line that is neither."""

    codes: tuple[str, ...]
    ranges: tuple[BatchRange, ...]
    problems: tuple[NotACode, ...]


def read_selection(texts: Iterable[str]) -> Selection:
    """Read what was scanned or typed, one code or range per line or between commas.

    A range is `B-2026-7K3F9QA 1-50`: the batch's number and the places printed on its labels. The number
    alone means the whole batch.
    """
    codes: dict[str, None] = {}
    ranges: dict[BatchRange, None] = {}
    problems: list[NotACode] = []
    for line in (part.strip() for text in texts for part in _SEPARATORS.split(text)):
        if not line:
            continue
        if _BATCH.fullmatch(line):
            ranges[BatchRange(line.upper(), 1, 0)] = None
            continue
        if match := _RANGE.fullmatch(line):
            first = int(match["first"])
            last = int(match["last"] or first)
            first, last = sorted((first, last))
            if last - first >= MOST_IN_RANGE:
                problems.append(NotACode(line, CodeProblem.LENGTH))
            else:
                ranges[BatchRange(match["batch"].upper(), first, last)] = None
            continue
        typed = read_code(line)
        if typed.code is None:
            problems.append(NotACode(masked(line), typed.problem or CodeProblem.SYMBOLS))
        else:
            codes[typed.code] = None
    return Selection(tuple(codes), tuple(ranges), tuple(problems))
