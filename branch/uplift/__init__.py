"""What the mark changed: estimates of uplift with their intervals, gates and wording. Pure, numpy only.

`estimate` gives the figure, `assess` the figure with everything that decides whether it may be printed.
"""

from branch.uplift.estimation import Uplift, estimate
from branch.uplift.panel import Panel, Refused, UpliftSettings

__all__ = ["Panel", "Refused", "Uplift", "UpliftSettings", "estimate"]
