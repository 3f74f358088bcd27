"""Bounded parsing of what strangers send: measured first, then read in a process of its own.

    rooms -> documents -> process -> (another process) __main__ -> worker -> parsers/{pictures, tables, papers}

The web process and the workers touch a stranger's bytes only to count them. A process that was started once, with nothing
of ours in its environment, forks for each file; the fork has limits of memory, processor time and wall time, writes no
file, and answers in JSON and bytes. What it dies of becomes a sentence (ADR 047).
"""
