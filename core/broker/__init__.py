"""The queue that needs no server: messages as files, moved by renames only."""
