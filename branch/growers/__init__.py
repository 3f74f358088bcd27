"""Growers: they apply, the branch admits or refuses, and each decision leaves a row."""
