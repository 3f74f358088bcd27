"""Where the published cases are: `GUIYUAN_VECTORS`, or `../shared/vectors` beside the checkout."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def vectors(name: str) -> Path:
    """The folder of one set of cases; says what is skipped where the cases are not at hand."""
    given = os.environ.get("GUIYUAN_VECTORS")
    folder = (Path(given) if given else ROOT.parent / "shared" / "vectors") / name
    if not folder.is_dir():
        if given:
            pytest.fail(f"GUIYUAN_VECTORS is set but holds no folder {name}")
        pytest.skip(f"the published cases of {name} are not here; set GUIYUAN_VECTORS to their folder")
    return folder
