"""What is kept in a file is written by `core.atomic`, or it may be found torn."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IN_PLACE = re.compile(
    r"\.write_(?:text|bytes)\(|\.pipe_file\(|\bopen\([^)]*[\"'][rwxab]*[wxa][+bt]*[\"']|\bmkstemp\(|\.savefig\("
)
# Where nothing is kept: a folder that goes with the task, a lock, a stream; and the two parts that do it.
ALLOWED = {
    "core/atomic.py": "the part itself",
    "core/backup/service/storage.py": "a lock",
    "core/files/service.py": "an object store puts whole objects; a folder is tried at the start",
    "core/intake/service/worker.py": "a word to the kernel",
    "core/seal/models/tile_store.py": "a lock",
    "core/seal/service/witness.py": "a lock",
    "shop/search/service/tantivy_engine.py": "a lock",
    "branch/reports/formats/pdf.py": "a temporary folder",
    "traceability/labels/rules/typesetting.py": "a temporary folder",
}


def test_no_file_is_written_in_place():
    found = {
        path.relative_to(ROOT).as_posix()
        for room in ("core", "branch", "traceability", "shop")
        for path in (ROOT / room).rglob("*.py")
        if IN_PLACE.search(path.read_text(encoding="utf-8"))
    }
    assert found - ALLOWED.keys() == set()
    assert ALLOWED.keys() - found == set(), "no longer needed"
