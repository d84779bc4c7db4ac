"""What errors counted in independent trials say about the true error rate: Clopper and Pearson's exact bounds.

C. J. Clopper, E. S. Pearson: The use of confidence or fiducial limits illustrated in the case of the binomial,
Biometrika 26 (1934). Written here because it is twenty lines and nothing else would need SciPy.
"""

from __future__ import annotations

import math

_STEPS = 200  # of bisection and of the continued fraction: both end long before


def interval(errors: int, trials: int, confidence: float) -> tuple[float, float]:
    """The two-sided interval for the rate (0-1), at a confidence like 0.95."""
    tail = (1 - confidence) / 2
    low = 0.0 if errors == 0 else _beta_quantile(tail, errors, trials - errors + 1)
    high = 1.0 if errors == trials else _beta_quantile(1 - tail, errors + 1, trials - errors)
    return low, high


def upper_bound(errors: int, trials: int, confidence: float) -> float:
    """The rate that is not exceeded, one-sided. With no errors it is nearly 3 / trials at 0.95: the rule of three."""
    return 1.0 if errors == trials else _beta_quantile(confidence, errors + 1, trials - errors)


def trials_needed(rate: float, confidence: float) -> int:
    """How many trials without any error it takes to say that the rate is at most this."""
    return math.ceil(math.log(1 - confidence) / math.log1p(-rate))


def _beta_quantile(share: float, a: float, b: float) -> float:
    """By bisection, since the distribution function only grows."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if beta_distribution(middle, a, b) < share else (low, middle)
    return (low + high) / 2


def beta_distribution(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function: https://dlmf.nist.gov/8.17#v, with its symmetry where it converges."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_distribution(1 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    return front / a * _continued_fraction(x, a, b)


def _continued_fraction(x: float, a: float, b: float) -> float:
    """1 / (1 + d1 / (1 + d2 / ...)) by Lentz's method; near the mean it takes about sqrt(a + b) steps."""
    tiny = 1e-300
    fraction, c, d = 1.0, 1.0, 0.0
    for step in range(_STEPS * 50):
        m = step // 2
        if step == 0:
            term = 1.0
        elif step % 2 == 0:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / (1 + term * d or tiny)
        c = 1 + term / c or tiny
        fraction *= c * d
        if step > 1 and abs(c * d - 1) < 1e-15:
            break
    return fraction - 1
