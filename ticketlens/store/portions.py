"""What every store refuses to add up, in the same words."""

from ticketlens.errors import ConfigError
from ticketlens.model.portion import PORTIONS
from ticketlens.store.base import Question

COHORTS = ("arrived", "solved")


def must_be_known(question: Question, figure: str) -> None:
    if figure not in PORTIONS:
        raise ConfigError(f"figure: {figure!r} is none of {', '.join(PORTIONS)}")
    if question.cohort not in COHORTS:
        raise ConfigError(f"cohort: {question.cohort!r} is none of {', '.join(COHORTS)}")
