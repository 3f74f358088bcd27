"""One cart over several growers, with or without an account."""
