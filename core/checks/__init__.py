"""Whether the books agree: seal, ledger, quota, codes and what else says so of itself, asked together and kept."""
