"""Panels whose truth is known, for the tests of the estimator."""

import numpy as np

from branch.uplift.panel import Panel

SPRING = np.array([0.1, 0.6, 2.6, 2.2, 1.2, 0.5, 0.3, 0.3, 0.8, 1.6, 1.4, 0.4])


def exact_panel(
    *, growers=30, months=46, joiners=18, effect=1.15, first_month=1, noise=0.0, seed=7, spread=0.8
) -> Panel:
    """Sales that are a[grower, calendar month] x b[month] exactly, times `effect` from the authorisation on.

    Half the growers sell in spring, half in autumn; `joiners` of them are authorised from column 24 to 37.
    """
    random = np.random.default_rng(seed)
    season = (np.arange(months) + first_month - 1) % 12
    size = np.exp(random.normal(8.0, spread, growers))
    profiles = np.where((np.arange(growers) % 2 == 0)[:, None], SPRING[season], np.roll(SPRING, 6)[season])
    market = np.exp(random.normal(0.0, 0.12, months) + 0.08 * np.arange(months) / 12)
    starts = np.full(growers, months)
    starts[:joiners] = np.sort(random.integers(24, 38, joiners))
    outcome = size[:, None] * profiles * market * np.exp(noise * random.normal(size=(growers, months)))
    authorised = np.arange(months)[None, :] >= starts[:, None]
    return Panel(np.where(authorised, outcome * effect, outcome), starts, first_month)
