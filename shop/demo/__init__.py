"""The demonstration town: deterministic, clearly labelled, no real persons."""
