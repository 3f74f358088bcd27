"""What the documentation tells people to type, typed by a machine in an empty folder: `make fresh`."""
