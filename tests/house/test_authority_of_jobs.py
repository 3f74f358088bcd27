"""Whoever starts a long job says what its owner must still hold when it runs: nothing is done with a role that ended."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "branch", "traceability", "shop")


def starts():
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(text)) if "progress.start(" in text else ():
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "progress.start":
                    yield path.relative_to(ROOT).as_posix(), {one.arg for one in node.keywords}


def test_every_job_names_its_owner_and_what_he_must_hold():
    found = list(starts())
    assert len(found) >= 6
    assert [path for path, given in found if not {"owner_account_id", "needs"} <= given] == []
