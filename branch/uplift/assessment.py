"""The whole answer for a window: estimate, event blocks, placebo, leaning, gates, and the words allowed.

Pure: numpy only.
"""

from dataclasses import dataclass

import numpy as np

from branch.uplift.blocks import EventBlock, Placebo, after_blocks, after_cells, placebo
from branch.uplift.estimation import Uplift, counterfactual_for, summarise, window_cells
from branch.uplift.gates import Gate, Wording, gates, wording
from branch.uplift.inference import jackknife, leave_out_weights
from branch.uplift.panel import Panel, Refused, UpliftSettings
from branch.uplift.robustness import LeaveOut, TrendBand, leave_out, trend_band


@dataclass(frozen=True)
class Assessment:
    """What may be said about a window, and everything it rests on.

    When the estimate itself is refused, `refusal` is the code, `estimate` is None and there are no gates.
    """

    estimate: Uplift | None
    refusal: str | None
    events: tuple[EventBlock, ...]
    placebo: Placebo | None
    leave_out: LeaveOut | None
    band: TrendBand | None
    gates: tuple[Gate, ...]
    wording: Wording
    settings: UpliftSettings
    provisional: bool
    channels_unknown: int

    @property
    def headline_allowed(self) -> bool:
        """Whether every gate is open."""
        return self.estimate is not None and all(gate.passed for gate in self.gates)

    @property
    def headline(self) -> Uplift | None:
        """The estimate when every gate is open."""
        return self.estimate if self.headline_allowed else None

    @property
    def closed(self) -> tuple[Gate, ...]:
        """The gates that were not passed, in their order."""
        return tuple(gate for gate in self.gates if not gate.passed)


def assess(
    panel: Panel,
    columns: slice,
    settings: UpliftSettings | None = None,
    *,
    provisional: bool = False,
    channels_unknown: int = 0,
) -> Assessment:
    """Estimate a window and ask every gate; never raises `Refused`, but names the refusal.

    `provisional` says that a month of the window, or its time for refunds, is still open;
    `channels_unknown` authorised growers are not in the panel because their other channels are not known.
    Besides the codes of `Refused` the refusal may be `suppressed`: fewer growers than may be shown.
    """
    settings = settings or UpliftSettings()
    try:
        chosen, warnings = counterfactual_for(panel, columns, settings)
        blocks = after_cells(chosen, columns.indices(panel.months)[1])
        cells = np.concatenate([window_cells(panel, columns)[None], blocks])
        weights = leave_out_weights(chosen)
        together = jackknife(chosen, cells, weights)
        uplift = summarise(chosen, columns, together, warnings)
        if uplift.treated < settings.least_shown:
            raise Refused("suppressed", "the figure stands on too few growers to be shown")
    except Refused as refusal:
        nothing = ((), None, None, None, ())
        return Assessment(None, refusal.code, *nothing, "refused", settings, provisional, channels_unknown)
    before = placebo(chosen, weights)
    authorised = int((panel.since_start[:, columns] >= 0).any(axis=1).sum())
    all_gates = gates(
        uplift,
        before,
        settings,
        provisional=provisional,
        channels_unknown=channels_unknown,
        authorised=authorised,
    )
    return Assessment(
        estimate=uplift,
        refusal=None,
        events=after_blocks(chosen, blocks, together, 1),
        placebo=before,
        leave_out=leave_out(chosen, columns, uplift),
        band=None if before is None else trend_band(chosen, columns, uplift, before),
        gates=all_gates,
        wording=wording(all_gates),
        settings=settings,
        provisional=provisional,
        channels_unknown=channels_unknown,
    )
