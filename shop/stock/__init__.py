"""Stock per variant: what is on hand, held for somebody, and sold."""
