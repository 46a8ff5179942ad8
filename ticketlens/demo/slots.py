"""What stands in the braces of a sentence: drawn when first asked for, the same in all of one ticket."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random

from ticketlens.demo.catalog import Bank, Catalog

# Ranges that are kept free for fiction, in Sweden, the United Kingdom and North America.
PHONES = ("+46 70 174 06 {n:02}", "070-174 06 {n:02}", "+44 7700 900{n:03}", "07700 900{n:03}", "+1 202 555 01{n:02}")
NEXT_SIZE = {"XS": "S", "S": "M", "M": "L", "L": "XL", "38": "40", "40": "42", "42": "44"}


def pick(rng: Random, bank: Bank) -> str:
    """One of `bank`; several times faster than `Random.choice`."""
    return bank[int(rng.random() * len(bank))]


class Slots(dict[str, str]):
    """For `str.format_map`: a missing name is drawn and kept, so an order number stays the same within a ticket."""

    def __init__(self, rng: Random, catalog: Catalog, language: str, at: datetime) -> None:
        super().__init__()
        self._rng = rng
        self._shop = catalog.shop
        self._phrases = catalog.phrases[language]
        self._at = at

    def __missing__(self, name: str) -> str:
        maker = None if name in self._phrases.banks else _MAKERS.get(name)
        value = maker(self) if maker else pick(self._rng, self._bank(name))
        if "{" in value:
            value = value.format_map(self)
        self[name] = value
        return value

    def _bank(self, name: str) -> Bank:
        for banks in (self._phrases.noise, self._phrases.banks, self._shop.slots):
            if name in banks:
                return banks[name]
        raise KeyError(name)

    def _number(self, low: int, high: int) -> int:
        return low + int(self._rng.random() * (high - low + 1))

    def _order(self) -> str:
        number = self._number(310_000, 989_999)
        return pick(self._rng, (f"NH-{number}", f"NH-{number}", f"#{number}", f"{number}", f"NH{number}"))

    def _days(self) -> str:
        return str(self._number(3, 19))

    def _size2(self) -> str:
        return NEXT_SIZE[self["size"]]

    def _tracking(self) -> str:
        return f"0037{self._number(10**11, 10**12 - 1)}"

    def _version(self) -> str:
        return f"{self._number(5, 7)}.{self._number(0, 9)}.{self._number(0, 4)}"

    def _name(self) -> str:
        return pick(self._rng, self._phrases.banks["first_names"])

    def _last_name(self) -> str:
        return pick(self._rng, self._phrases.banks["last_names"])

    def _agent(self) -> str:
        agents = self._shop.agents
        return agents[int(self._rng.random() * len(agents))].name

    def _phone(self) -> str:
        return pick(self._rng, PHONES).format(n=self._number(5, 99))

    def _email(self) -> str:
        name = f"{self['name']}.{self['last_name']}".lower().replace(" ", "").replace("'", "")
        ascii_name = name.encode("ascii", "ignore").decode() if self._phrases.banks["latin"] else ""
        return f"{ascii_name or f'kund{self._number(10, 9999)}'}@{pick(self._rng, self._shop.slots['email_host'])}"

    def _date(self) -> str:
        day = self._at - timedelta(days=self._number(1, 24))
        banks = self._phrases.banks
        form = pick(self._rng, banks["date_forms"])
        month, weekday = banks["months"][day.month - 1], banks["weekdays"][day.weekday()]
        return form.format(d=day.day, m=day.month, y=day.year, month=month, weekday=weekday)

    def _amount(self) -> str:
        euros = self._number(9, 240)
        form = pick(self._rng, self._phrases.banks["amount_forms"])
        return form.format(n=euros, c=pick(self._rng, ("00", "50", "90", "95", "99")), k=euros * 11 - 1)


_MAKERS: Mapping[str, Callable[[Slots], str]] = {
    "order": Slots._order,
    "days": Slots._days,
    "size2": Slots._size2,
    "tracking": Slots._tracking,
    "version": Slots._version,
    "name": Slots._name,
    "last_name": Slots._last_name,
    "agent": Slots._agent,
    "phone": Slots._phone,
    "email": Slots._email,
    "date": Slots._date,
    "amount": Slots._amount,
}
