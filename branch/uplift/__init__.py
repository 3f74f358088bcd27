"""What the mark changed: estimates of uplift with their intervals, gates and wording. Pure, numpy only.

`estimate` gives the figure, `assess` the figure with everything that decides whether it may be printed.
"""

from branch.uplift.assessment import Assessment, assess
from branch.uplift.blocks import EventBlock, Placebo
from branch.uplift.estimation import Uplift, estimate
from branch.uplift.gates import Gate
from branch.uplift.panel import Panel, Refused, UpliftSettings
from branch.uplift.robustness import LeaveOut, TrendBand

__all__ = [
    "Assessment",
    "EventBlock",
    "Gate",
    "LeaveOut",
    "Panel",
    "Placebo",
    "Refused",
    "TrendBand",
    "Uplift",
    "UpliftSettings",
    "assess",
    "estimate",
]
