"""Who writes: mostly new people, some who come back, a few business customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from ticketlens.demo.catalog import Problem, Shop

PER_ORGANIZATION = 3
RETURNING = 0.27
CLUB: Mapping[str, str] = {"member": "club"}
GUEST: Mapping[str, str] = {"member": "guest"}


@dataclass(frozen=True, slots=True)
class Customer:
    id: str
    organization: str | None
    custom: Mapping[str, str]


class Customers:
    """Customer c-1 and the next few belong to the organizations, the others are private people."""

    def __init__(self, rng: Random, shop: Shop) -> None:
        self._rng = rng
        self._organizations = tuple(shop.organizations)
        self._business = PER_ORGANIZATION * len(self._organizations)
        self._known = self._business

    def draw(self, problem: Problem | None) -> Customer:
        if self._rng.random() < (0.3 if problem and problem.business else 0.025):
            number = int(self._rng.random() * self._business)
            return Customer(f"c-{number + 1}", self._organizations[number // PER_ORGANIZATION], CLUB)
        number = self._private()
        return Customer(f"c-{number}", None, CLUB if number % 3 == 0 else GUEST)

    def _private(self) -> int:
        people = self._known - self._business
        if people and self._rng.random() < RETURNING:
            return self._business + 1 + int(self._rng.random() * people)
        self._known += 1
        return self._known
