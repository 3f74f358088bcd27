"""Prove: where a lot came from, which codes it carries, what a scan means."""
