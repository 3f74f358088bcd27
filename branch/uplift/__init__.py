"""What the mark changed: estimates of uplift with their intervals, gates and wording. Pure, numpy only."""
