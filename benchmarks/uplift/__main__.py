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
    """Print the tables; fails when coverage is further from what was promised than two errors of counting explain."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200, help="towns of each scenario")
    parser.add_argument("--processes", type=int, default=2, help="how many work at the same time")
    parser.add_argument("--only", action="append", choices=[one.name for one in SCENARIOS], help="a scenario")
    parser.add_argument("--without-gates", action="store_true", help="the estimate only: a third of the time")
    given = parser.parse_args()
    chosen = [by_name(name) for name in given.only] if given.only else SCENARIOS
    began = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:6.1f} s  {text}\n")

    rows = []
    with_gates = not given.without_gates
    for scenario, seen in run(chosen, given.seeds, processes=given.processes, with_gates=with_gates, say=say):
        rows.append(summarise(scenario, seen))
        say(table.estimates(rows[-1:]).splitlines()[-1])
    print(f"\n## Bias and coverage\n\n{table.estimates(rows)}")
    print(f"\n## Beside the usual figures\n\n{table.beside_naive(rows)}")
    if with_gates:
        print(f"\n## What a reader would have been told\n\n{table.gates(rows)}")
    print(f"\n{given.seeds} seeds a scenario, {time.monotonic() - began:.0f} s, {given.processes} processes")
    for one in table.outside(rows):
        print(f"  outside of {table.PROMISED[0]:.0%} to {table.PROMISED[1]:.0%}: {one}")
    return 1 if table.outside(rows, by_errors=2.0) else 0


if __name__ == "__main__":
    sys.exit(main())
