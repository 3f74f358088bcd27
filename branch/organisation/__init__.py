"""The tree of units, who holds which role at a unit, and what a role may do."""
