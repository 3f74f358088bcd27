"""Every line that the documentation tells people to type says how `make fresh` is to try it."""

import re
from itertools import takewhile
from pathlib import Path

import pytest

from core.settings import Settings
from tests.fresh.blocks import KINDS, Block, blocks

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
SETTING_ROW = re.compile(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \| ([^|]+) \|", re.MULTILINE)
# What Flask, its extensions and Alembic bring.
OF_OTHERS = {"db", "limiter", "routes", "run", "shell", "spec"}
MADE = re.compile(r"^([a-z-]+):", re.MULTILINE)


def test_every_block_of_shell_says_what_it_is():
    silent = [
        (path.name, block.lines)
        for path in DOCUMENTS
        for block in blocks(path)
        if block.kind not in KINDS or not block.lines
    ]
    assert silent == [], f"say one of {KINDS} after ```sh (tests/fresh/blocks.py tells what each means)"


def test_what_is_to_be_exported_are_settings_of_ours():
    ours = {name.upper() for name in Settings.model_fields}
    lines = [
        line
        for path in DOCUMENTS
        for block in blocks(path)
        if block.kind == "settings"
        for line in block.lines
    ]
    assert [line for line in lines if not re.match(rf"export ({'|'.join(ours)})=\S+$", line)] == []


def test_both_readmes_tell_people_to_type_the_same():
    english, chinese = (
        [(block.kind, block.lines) for block in blocks(ROOT / name)]
        for name in ("README.md", "README.zh-CN.md")
    )
    assert english == chinese
    assert len(english) >= 4


def test_both_readmes_have_a_row_for_every_setting_with_the_same_default():
    english, chinese = (
        [
            (names, re.findall(r"`[^`]+`", default))
            for names, default in SETTING_ROW.findall((ROOT / name).read_text("utf-8"))
        ]
        for name in ("README.md", "README.zh-CN.md")
    )
    assert english == chinese
    named = [name for names, _default in english for name in re.findall(r"[A-Z_]+", names)]
    assert sorted(named) == sorted({name.upper() for name in Settings.model_fields} - {"TESTING"})


def test_every_page_that_the_interface_names_is_one(app):
    text = (ROOT / "docs" / "interface.md").read_text("utf-8")
    rows = re.findall(r"^\| (`/[^|]+) \|", text, re.MULTILINE)
    assert len(rows) > 10
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert {address for row in rows for address in re.findall(r"`([^`]+)`", row)} <= rules


def test_what_is_to_be_made_can_be_made():
    targets = set(MADE.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    written = [path.read_text(encoding="utf-8") for path in (*DOCUMENTS, ROOT / "Makefile")]
    written += [f"`{line}" for path in DOCUMENTS for block in blocks(path) for line in block.lines]
    named = {name for text in written for name in re.findall(r"(?:`|@echo \")make ([a-z][a-z-]*)", text)}
    assert named - targets == set()
    assert {"run", "test", "check", "fresh", "setup"} <= named


def commands_of(app):
    """The options of every command, by its words, as `seal verify`; and of every group."""
    found, waiting = {}, [((), app.cli)]
    while waiting:
        words, command = waiting.pop()
        found[words] = {"--app", "--help"}.union(*(one.opts + one.secondary_opts for one in command.params))
        waiting += [((*words, name), below) for name, below in getattr(command, "commands", {}).items()]
    return found


def typed_in(path):
    """What a page writes behind `flask`, in words and blocks."""
    text = path.read_text("utf-8")
    lines = [*re.findall(r"`([^`\n]+)`", text), *(line for block in blocks(path) for line in block.lines)]
    return [typed for line in lines for typed in re.findall(r"(?:^|[\s/])(?:guiyuan-)?flask ([^&;]+)", line)]


def test_commands_and_options_that_pages_name_are_there(app):
    commands = commands_of(app)
    groups = {words[:-1] for words in commands if words}
    wrong = []
    for path in DOCUMENTS:
        for typed in typed_in(path):
            plain = tuple(takewhile(re.compile(r"[a-z][a-z-]*$").match, typed.split()))
            known = next(plain[:end] for end in range(len(plain), -1, -1) if plain[:end] in commands)
            options = set(re.findall(r"(?<![^\s\[])--[a-z-]+", typed))
            if options - commands[known] or (known in groups and known != plain):
                wrong.append((path.name, typed))
    assert wrong == []


def test_every_command_of_ours_is_named_on_a_page(app):
    told = " ".join(path.read_text("utf-8") for path in DOCUMENTS)
    commands = commands_of(app)
    groups = {words[:-1] for words in commands if words}
    ours = [words for words in commands if words not in groups and words[0] not in OF_OTHERS]
    assert len(ours) > 40
    assert [" ".join(words) for words in ours if f"flask {' '.join(words)}" not in told] == []


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(
        "# Title\n```sh steps\nmake run   # a word\n\nflask a \\\n  --b\n```\n## Next\n```python\nx\n```\n"
        "```sh\ncd '#1'\n```\n",
        encoding="utf-8",
    )
    return path


def test_blocks_are_read_without_comments_and_with_their_heading(document):
    assert blocks(document) == [
        Block("Title", "steps", ("make run", "flask a    --b")),
        Block("Next", "", ("cd '#1'",)),
    ]
