"""Find telephone numbers: phonenumbers knows every country's plan, the words before tell them from order numbers."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

from ticketlens.intake.finding import Finding
from ticketlens.intake.phone_context import counts_something_else, speaks_of_a_phone

_SEPARATOR = r"[ \t\u00a0\u202f.()/\u2010-\u2013-]"
_RUN = re.compile(
    rf"(?<![\w#/,$€£@%-])(?<!\d[.:])"
    rf"(?:\+[ \u00a0]?)?\(?(?:\+[ \u00a0]?)?\d(?:{_SEPARATOR}{{0,3}}\d){{6,19}}(?![\w%]|[-:/.,]\d)"
)
_PART = re.compile(r"(?:\(?\+[ \u00a0]?)?\(?\d(?:[.()/\u2010-\u2013-]{0,3}\d)*\)?")
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|[12]\d|3[01])[-./](?:(?:19|20)\d\d|\d\d))(?!\d)(?:[ T]\d\d?(?=:))?"
    r"|(?<!\d)(?:19|20)\d\d (?:0[1-9]|1[0-2]) (?:0[1-9]|[12]\d|3[01])(?!\d)"
)
_INTERNATIONAL = re.compile(r"\(?(?:\+|00[1-9])")
_TRUNK_SHAPES: dict[str, frozenset[tuple[int, ...]]] = {
    "US": frozenset({(3, 3, 4), (1, 3, 3, 4)}),
    "IT": frozenset({(3, 7), (3, 3, 4), (3, 6), (3, 3, 3), (3, 2, 2, 3), (3, 4, 3)}),
    "RU": frozenset(
        (
            *((1, 3, 3, 2, 2), (1, 3, 3, 4), (1, 3, 7), (1, 10), (3, 3, 2, 2), (3, 3, 4)),
            (1, 4, 2, 2, 2),
            (1, 4, 6),
            (1, 4, 3, 3),
        )
    ),
}
"""Ways to group digits, for plans whose national numbers do not begin with a 0."""


def phones(text: str, regions: Sequence[str]) -> Iterator[Finding]:
    """Numbers valid in some country if written with its prefix, else valid and of a usual shape in one of `regions`.

    A row of digits without any grouping needs a leading 0 (8 9 in Russia) or a word such as "call" before it, and no
    word such as "order" right before it.
    """
    if not _RUN.search(text):
        return
    undated = _DATE.sub(lambda match: "\x00" * len(match[0]), text)
    for run in _RUN.finditer(undated):
        parts = [(run.start() + part.start(), run.start() + part.end()) for part in _PART.finditer(run[0])]
        yield from _in_run(undated, parts, tuple(regions))


def _in_run(text: str, parts: list[tuple[int, int]], regions: tuple[str, ...]) -> Iterator[Finding]:
    first = 0
    counted = counts_something_else(text, parts[0][0])
    while first < len(parts):
        start = parts[first][0]
        called = speaks_of_a_phone(text, start)
        for last in range(min(len(parts), first + 7), first, -1):
            end = parts[last - 1][1]
            value = _number(text[start:end], called, counted, regions)
            if value:
                yield Finding("phone", start, end, value)
                first = last - 1
                break
        first += 1


def _number(written: str, called: bool, counted: bool, regions: tuple[str, ...]) -> str | None:
    groups = tuple(re.findall(r"\d+", written))
    if not 7 <= sum(map(len, groups)) <= 17:
        return None
    if _INTERNATIONAL.match(written):
        return _valid("+" + "".join(groups).removeprefix("00" if "+" not in written else ""), regions[:1])
    if counted:
        return None
    return _valid(written, tuple(region for region in regions if _usual(groups, region, called)))


def _usual(groups: tuple[str, ...], region: str, called: bool) -> bool:
    if len(groups) == 1:
        return called or groups[0].startswith("89" if region == "RU" else "0")
    shape = tuple(map(len, groups))
    if region in _TRUNK_SHAPES and shape in _TRUNK_SHAPES[region]:
        return region != "RU" or len(groups[0]) > 1 or groups[0] in "78"
    if not groups[0].startswith("0") or region in {"US", "RU"}:
        return False
    return called or (1 not in shape and sum(shape) >= (8 if len(shape) > 3 else 9))


@lru_cache(maxsize=4096)
def _valid(written: str, regions: tuple[str, ...]) -> str | None:
    for region in regions:
        try:
            number = parse(written, region)
        except NumberParseException:
            continue
        if is_valid_number(number):
            return str(format_number(number, PhoneNumberFormat.E164))
    return None
