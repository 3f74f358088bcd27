"""The lines that the documentation tells people to type: its fenced blocks of shell, read and never retyped.

The word after `sh` says what a block is:

- `settings`: `export NAME=VALUE`, in force for all that follows in its document;
- `steps`: commands that end, one after the other;
- `services`: commands that run until they are stopped, side by side;
- `elsewhere`: for another machine or a day of trouble; read by people only.
"""

import re
from dataclasses import dataclass
from pathlib import Path

KINDS = ("settings", "steps", "services", "elsewhere")
SHELLS = {"sh", "bash", "shell", "console", ""}  # a block that tells no language is taken for one
FENCE = re.compile(r"^```(.*)$")
HEADING = re.compile(r"^#+ (.+)$")


@dataclass(frozen=True)
class Block:
    """One block; `lines` without comments, continued lines joined. `kind` is empty where none is told."""

    heading: str
    kind: str
    lines: tuple[str, ...]


def blocks(path: Path) -> list[Block]:
    """The shell blocks of a Markdown file, in order."""
    found: list[Block] = []
    heading, kind, lines = "", None, []
    inside = False
    for line in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        fence = FENCE.match(line)
        if fence and not inside:
            inside, lines = True, []
            language, _, rest = fence[1].strip().partition(" ")
            kind = rest.strip() if language in SHELLS else None
        elif fence:
            inside = False
            if kind is not None:
                found.append(Block(heading, kind, tuple(lines)))
        elif inside:
            lines += [typed] if (typed := re.sub(r"(^|\s+)# .*$", "", line).strip()) else []
        elif title := HEADING.match(line):
            heading = title[1]
    return found


def under(path: Path, heading: str) -> list[Block]:
    """The blocks below one heading.

    Raises:
        LookupError: there are none; the heading was renamed, or its commands were turned into prose.
    """
    found = [block for block in blocks(path) if block.heading == heading]
    if not found:
        raise LookupError(f"{path.name} has no shell block under the heading {heading!r}")
    return found
