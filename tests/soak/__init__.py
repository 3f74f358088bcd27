"""`make soak`: the running system used by six people for half an hour while it is disturbed; outside of the suite."""
