"""Made-up lives with a known truth: distributions, censoring by age of a given share, and the steady desk."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Random = np.random.Generator
LARGE = 1_000_000


def lognormal(random: Random, n: int) -> Floats:
    return random.lognormal(np.log(10), 1, n)


def weibull(random: Random, n: int) -> Floats:
    return 20 * random.weibull(0.7, n)


def mixture(random: Random, n: int) -> Floats:
    """55 % quick (median 10 h), 45 % slow (260 h): a desk whose median is 34.3 h and whose p90 is 567 h."""
    quick = random.random(n) < 0.55
    return np.where(quick, random.lognormal(np.log(10), 1, n), random.lognormal(np.log(260), 1, n))


LIVES: dict[str, Callable[[Random, int], Floats]] = {"lognormal": lognormal, "weibull": weibull, "mixture": mixture}


@dataclass(frozen=True)
class Process:
    """Lives that are watched until an age uniform in 0 to `longest` (infinite: to their end)."""

    draw: Callable[[Random, int], Floats]
    longest: float
    median: float
    tau: float
    mean: float

    def sample(self, random: Random, n: int) -> tuple[Floats, NDArray[np.bool_]]:
        """(age at the end or at censoring, whether it ended), each (n,)."""
        lives = self.draw(random, n)
        ages = random.random(n) * self.longest if np.isfinite(self.longest) else np.full(n, np.inf)
        return np.minimum(lives, ages), lives <= ages


def process(name: str, censored: float) -> Process:
    """`censored` is the share that is not seen to end. The horizon is three quarters of the longest watch."""
    random = np.random.default_rng(99)
    lives = np.sort(LIVES[name](random, LARGE))
    longest = _longest(lives, random.random(LARGE), censored) if censored else np.inf
    tau = 0.75 * longest if censored else float(np.quantile(lives, 0.9))
    return Process(LIVES[name], longest, float(np.median(lives)), tau, float(np.minimum(lives, tau).mean()))


def _longest(lives: Floats, unit: Floats, censored: float) -> float:
    low, high = 1e-2, 1e5
    for _ in range(50):
        middle = float(np.sqrt(low * high))
        if (lives > unit * middle).mean() > censored:
            low = middle
        else:
            high = middle
    return middle


STEADY_WEEKS, STEADY_WEEKLY = 26, 200


def steady_desk(random: Random) -> tuple[Floats, Floats]:
    """(hours of creation, lengths in hours) of 26 weeks of 200 tickets of the mixture: nothing ever changes."""
    n = STEADY_WEEKS * STEADY_WEEKLY
    return random.uniform(0, STEADY_WEEKS * 168, n), mixture(random, n)
