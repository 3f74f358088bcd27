"""Where the published cases are: `GUIYUAN_VECTORS`, or `../shared/vectors` beside the checkout."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def all_cases() -> Path:
    """The folder of all of them; it may not be there."""
    given = os.environ.get("GUIYUAN_VECTORS")
    return Path(given) if given else ROOT.parent / "shared" / "vectors"


def vectors(name: str) -> Path:
    """The folder of one set of cases; says what is skipped where the cases are not at hand."""
    folder = all_cases() / name
    if not folder.is_dir():
        if os.environ.get("GUIYUAN_VECTORS"):
            pytest.fail(f"GUIYUAN_VECTORS is set but holds no folder {name}")
        pytest.skip(f"the published cases of {name} are not here; set GUIYUAN_VECTORS to their folder")
    return folder
