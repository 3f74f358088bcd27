"""`make bench`: every benchmark beside its baseline, one after the other."""

import subprocess
import sys

BENCHMARKS = (
    "benchmarks.race",
    "benchmarks.memory",
    "benchmarks.queue",
    "benchmarks.pace",
    "benchmarks.pages",
    "benchmarks.intake",
    "benchmarks.seal",
    "benchmarks.verification",
    "benchmarks.codes",
    "benchmarks.check",
    "benchmarks.labels",
    "benchmarks.uplift",
    "benchmarks.reports",
    "benchmarks.retail",
)


def main() -> int:
    """Run them all; fails when one of them does."""
    failed = []
    for name in BENCHMARKS:
        sys.stdout.write(f"\n== {name}\n")
        sys.stdout.flush()
        done = subprocess.run([sys.executable, "-m", name], check=False)
        if done.returncode:
            failed.append(name)
    if failed:
        sys.stdout.write(f"\nfailed: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
