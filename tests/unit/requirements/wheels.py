"""Small wheels and locks for a local index, so that installing can be tried without a network."""

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path


def make_wheel(
    index: Path, name: str, version: str, requires: Sequence[str] = (), *, module: str | None = None
) -> Path:
    """A wheel `name`-`version` in the folder `index`: one module of that name, and these `Requires-Dist` lines.

    A line such as `kernel>=1 ; extra == "seed"` makes `seed` an extra of it.
    """
    extras = sorted({line.split('"')[1] for line in requires if "extra ==" in line})
    metadata = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Provides-Extra: {extra}" for extra in extras),
        *(f"Requires-Dist: {line}" for line in requires),
    ]
    info = f"{name}-{version}.dist-info"
    files = {
        module or f"{name}.py": f"version = {version!r}\n",
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
    wheel = index / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return wheel


def write_lock(path: Path, index: Path, pins: Mapping[str, str]) -> None:
    """A lock of these names and versions with the hashes of their wheels in `index`."""
    lines = []
    for name, version in pins.items():
        digest = hashlib.sha256((index / f"{name}-{version}-py3-none-any.whl").read_bytes()).hexdigest()
        lines.append(f"{name}=={version} \\\n    --hash=sha256:{digest}\n")
    path.write_text("".join(lines), encoding="utf-8")
