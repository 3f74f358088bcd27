"""Decisions that take two persons: what one proposes waits until another one confirms or refuses it."""
