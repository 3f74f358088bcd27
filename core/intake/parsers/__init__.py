"""What runs only in the process that reads: each module has `parse(data, options) -> Said`, and no module of ours beside."""
