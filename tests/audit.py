"""Ask the advisory database about every pinned dependency; being offline is said, not hidden."""

import subprocess
import sys
from pathlib import Path

OFFLINE = (
    "ConnectionError",
    "NewConnectionError",
    "Max retries exceeded",
    "ServiceError",
    "connect",
    "resolve",
)


def main() -> int:
    folder = Path(__file__).resolve().parents[1] / "requirements"
    locks = [part for name in ("build", "base") for part in ("-r", str(folder / f"{name}.txt"))]
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", *locks],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    output = done.stdout + done.stderr
    unknown = output.count("could not be audited")
    if done.returncode == 0:
        if unknown:
            sys.stderr.write(f"The audit knows nothing of {unknown} packages: here they were NOT audited.\n")
        return 0
    if any(word in output for word in OFFLINE) and "Found" not in output:
        sys.stderr.write("The advisory database could not be reached, so the audit was NOT made.\n")
        return 0
    sys.stderr.write(output)
    return 1


if __name__ == "__main__":
    sys.exit(main())
