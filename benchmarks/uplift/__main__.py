"""How far each figure lies from a known truth: towns drawn 200 times under each scenario, put through the estimate of
`branch.uplift` with all its gates, beside the usual figures of the same towns.

    python -m benchmarks.uplift --seeds 200 --processes 2
"""

from __future__ import annotations

import argparse
import os
import sys
import time

# Two processes share two cores; a pool of threads in each would make them wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from benchmarks.uplift import table
from benchmarks.uplift.scenarios import SCENARIOS, by_name
from benchmarks.uplift.study import run, summarise


def main() -> int:
    """Print the three tables; fails when an interval covers less or more than promised where it should not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200, help="towns of each scenario")
    parser.add_argument("--processes", type=int, default=2, help="how many work at the same time")
    parser.add_argument("--only", action="append", choices=[one.name for one in SCENARIOS], help="a scenario")
    given = parser.parse_args()
    chosen = [by_name(name) for name in given.only] if given.only else SCENARIOS
    began = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:6.1f} s  {text}\n")

    rows = []
    for scenario, seen in run(chosen, given.seeds, processes=given.processes, say=say):
        rows.append(summarise(scenario, seen))
        say(table.estimates(rows[-1:]).splitlines()[-1])
        say(table.gates(rows[-1:]).splitlines()[-1])
    for heading, made in (
        ("Bias and coverage", table.estimates(rows)),
        ("Beside the usual figures", table.beside_naive(rows)),
        ("What a reader would have been told", table.gates(rows)),
    ):
        print(f"\n## {heading}\n\n{made}")
    print(f"\n{given.seeds} seeds a scenario, {time.monotonic() - began:.0f} s, {given.processes} processes")
    astray = table.outside(rows)
    for one in astray:
        print(f"  outside of {table.PROMISED[0]:.0%} to {table.PROMISED[1]:.0%}: {one}")
    return 1 if astray else 0


if __name__ == "__main__":
    sys.exit(main())
