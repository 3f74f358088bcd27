"""Delete-one jackknife of log ratios: by grower, or by village where authorisation went by village.

The variance is (G - 1) / G times the sum of squared deviations of the G leave-one-out estimates (Quenouille
and Tukey; for clusters, Cameron and Miller 2015, Journal of Human Resources 50(2)); the interval takes
Student's t with G - 1 degrees of freedom, which is the normal one for large G.

Pure: numpy only.
"""

from dataclasses import dataclass

import numpy as np

from branch.uplift.distributions import fisher_survival, student_quantile, student_survival
from branch.uplift.imputation import Counterfactual
from branch.uplift.panel import Flags, Floats, Refused


@dataclass(frozen=True)
class Jackknife:
    """Log ratios of Q cell sets: `log_ratio` [Q] of the whole panel, `left_out` [G, Q] without each cluster.

    A figure is NaN where nothing was sold or predicted in its cells.
    """

    actual: Floats
    predicted: Floats
    log_ratio: Floats
    left_out: Floats

    @property
    def clusters(self) -> int:
        """How many clusters were left out in turn."""
        return int(self.left_out.shape[0])

    @property
    def covariance(self) -> Floats:
        """[Q, Q] of the log ratios."""
        deviations = self.left_out - self.left_out.mean(axis=0)
        return np.asarray((self.clusters - 1) / self.clusters * deviations.T @ deviations)

    @property
    def errors(self) -> Floats:
        """[Q] standard errors of the log ratios."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


def log_ratios(actual: Floats, predicted: Floats) -> Floats:
    """log(actual / predicted), NaN where either is not positive."""
    fit = (actual > 0) & (predicted > 0)
    return np.log(np.where(fit, actual, np.nan)) - np.log(np.where(fit, predicted, np.nan))


def leave_out_weights(counterfactual: Counterfactual) -> Floats:
    """[G, N] weights without each cluster in turn; clusters without untouched sales take no part."""
    labels = counterfactual.panel.cluster_of()
    present = np.unique(labels[counterfactual.sold_before])
    return np.asarray(labels[None, :] != present[:, None], dtype=np.float64)


def jackknife(counterfactual: Counterfactual, cells: Flags, weights: Floats | None = None) -> Jackknife:
    """The log ratios of the cell sets `cells` [Q, N, T], with what they are without each cluster.

    `weights` [G, N] say what is left out; those of `leave_out_weights` unless given.

    Raises:
        Refused: `too_few_clusters` below the settings' number when the panel has clusters (growers need
            two), `not_converged`.
    """
    settings, panel = counterfactual.settings, counterfactual.panel
    weights = leave_out_weights(counterfactual) if weights is None else weights
    least = 2 if panel.clusters is None else max(2, settings.least_clusters)
    if weights.shape[0] < least:
        raise Refused("too_few_clusters", f"{weights.shape[0]} clusters; an interval needs {least}")
    every = np.concatenate([np.ones((1, panel.growers)), weights])
    actual, predicted = counterfactual.sums(every, cells)
    ratios = log_ratios(actual, predicted)
    return Jackknife(actual[0], predicted[0], ratios[0], ratios[1:])


def quantile(confidence: float, clusters: int) -> float:
    """How many standard errors the two-sided interval reaches on either side."""
    return student_quantile(0.5 + confidence / 2.0, clusters - 1)


def two_sided_p(estimate: float, error: float, clusters: int) -> float:
    """The p-value of `estimate` against zero."""
    if error == 0.0:
        return 1.0 if estimate == 0.0 else 0.0
    return 2.0 * student_survival(abs(estimate) / error, clusters - 1)


def joint_p(estimates: Floats, covariance: Floats, clusters: int) -> float:
    """The p-value of a Wald test that all of `estimates` [Q] are zero, F with Q and G - Q degrees of freedom.

    The scale of Hotelling's test is used, (G - Q) / (Q (G - 1)), since the covariance is itself estimated
    from G clusters.
    """
    count = len(estimates)
    if clusters <= count:
        return float("nan")
    wald = float(estimates @ np.linalg.pinv(covariance, hermitian=True) @ estimates)
    return fisher_survival(wald * (clusters - count) / (count * (clusters - 1)), count, clusters - count)
