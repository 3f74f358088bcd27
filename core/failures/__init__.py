"""What background work could not do: events, messages and rows of sweeps, for the operators who look after them."""
