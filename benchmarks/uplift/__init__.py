"""The simulation study of `branch.uplift`: towns with a known effect, and what each figure makes of them."""
