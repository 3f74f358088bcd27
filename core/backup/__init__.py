"""Backups: everything that cannot be made again, in one dated folder that proves itself, and back from it."""
