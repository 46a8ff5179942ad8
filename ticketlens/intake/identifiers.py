"""Find what a checksum or a fixed shape proves: e-mail addresses, payment cards, IBANs, IP addresses."""

import re
from collections.abc import Iterator
from ipaddress import ip_address

from ticketlens.intake.finding import Finding

_DOMAIN = r"(?:[\w-]{1,63}\.){1,8}(xn--[a-z0-9-]{2,40}|[^\W\d_]{2,24})(?![\w@])"
_EMAIL = re.compile(rf"(?<!\w)(?:\"[^\"\n@]{{1,64}}\"|[\w+][\w.+'&!~-]{{0,127}})@{_DOMAIN}", re.I)
_EMAIL_IN_URL = re.compile(rf"(?<=[=/:])\w[\w.+-]{{0,127}}%40{_DOMAIN}", re.I)
_FILE_ENDINGS = frozenset(("png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "tar", "zip", "html"))

_DIGIT_RUN = re.compile(r"(?<![\w.,$€£-])\d(?:[ \u00a0.-]?\d){11,22}(?![\w-]|[.,]\d)")
_GROUP = re.compile(r"\d+")
_JOINS = ("-",)
_CARD_BRANDS = (
    (re.compile(r"4"), (16, 19)),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720|220[0-4]|35(?:2[89]|[3-8])"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"30[0-5]|309|36|3[89]"), (14, 16)),
    (re.compile(r"6011|64[4-9]|65|62|81"), (16, 17, 18, 19)),
    (re.compile(r"5018|5020|5038|5893|6304|6759|676[1-3]"), (16, 18, 19)),
)

_IBAN = re.compile(r"(?<![^\W_])[A-Za-z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]){11,30}")
_IBAN_COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
_IBAN_LENGTHS = {country: length for length, countries in _IBAN_COUNTRIES.items() for country in countries.split()}
"""ISO 13616: characters of an IBAN by country."""

_V4 = re.compile(r"(?<![\w.])(?<![^\W\d]-)(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d|-\d+(?![\d.]))")
_V6 = re.compile(r"(?<![\w:.])[0-9a-f:]{2,45}(?:%\w{1,15}|(?:\.\d{1,3}){3})?(?![\w:])", re.I)
_VERSION_BEFORE = re.compile(
    r"(?:(?:\b(?:v|vers?|release|build|rev|revision|firmware|прошивк\w+|driver|update|upgrade[ds]?|uppdatering|uppdaterade"
    r"|aggiornamento|aggiornato|обновлени\w+|обновил\w*|app|sdk|api|agent|client|plugin|extension|add-?on|bios|thunderbird"
    r"|firefox|chrome|chromium|edge|opera|safari|outlook|office|windows|ios|android|macos|os x|linux|kernel|python|java"
    r"|php|node|openssl)|versions?|versionen|versione|верси\w)"
    r"(?:\s(?:is|ist|är|è|to|till|auf|av|su|от|до|на|number|nummer|no)\b)?"
    r"(?:\s\d[\d.]+\s(?:to|auf|till|a|до))?[\s:.=(/#\"]{0,4}|[A-Za-z]/)$",
    re.I,
)


def emails(text: str) -> Iterator[Finding]:
    for sign, pattern in (("@", _EMAIL), ("%40", _EMAIL_IN_URL)):
        for match in pattern.finditer(text) if sign in text else ():
            if match[1].lower() not in _FILE_ENDINGS:
                yield Finding("email", match.start(), match.end(), match[0].lower().replace("%40", "@"))


def cards(text: str) -> Iterator[Finding]:
    """Numbers of a known card brand and length with a right check digit (Luhn, 1954), also amid more groups."""
    for run in _DIGIT_RUN.finditer(text):
        groups = [(found.start() + run.start(), found.end() + run.start()) for found in _GROUP.finditer(run[0])]
        taken = 0
        for first, (start, _) in enumerate(groups):
            ends = [end for _, end in groups[first:]] if start >= taken else []
            for end in reversed(ends):
                digits = "".join(filter(str.isdigit, text[start:end]))
                if _is_card(digits) and text[start - 1 : start] not in _JOINS and text[end : end + 1] not in _JOINS:
                    yield Finding("card", start, end, digits)
                    taken = end
                    break


def ibans(text: str) -> Iterator[Finding]:
    for match in _IBAN.finditer(text):
        start = match.start()
        length = _IBAN_LENGTHS.get(text[start : start + 2].upper(), 0)
        end = _end_of(text, start, match.end(), length) if length else 0
        compact = re.sub(r"[ \u00a0-]", "", text[start:end]).upper()
        if len(compact) == length and length and not text[end : end + 1].isalnum() and _mod_97(compact) == 1:
            yield Finding("iban", start, end, compact)


def ip_addresses(text: str) -> Iterator[Finding]:
    """IP addresses; not loopback, unspecified or a net mask, which name nobody, and not version numbers."""
    if text.count(".") >= 3:
        yield from (found for match in _V4.finditer(text) if (found := _v4(text, match)))
    if text.count(":") >= 2:
        yield from (found for match in _V6.finditer(text) if (found := _v6(match)))


def _is_card(digits: str) -> bool:
    known = any(len(digits) in lengths and brand.match(digits) for brand, lengths in _CARD_BRANDS)
    return known and len(set(digits)) > 1 and _luhn(digits)


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _end_of(text: str, start: int, limit: int, length: int) -> int:
    count = 0
    for at in range(start, limit):
        count += text[at].isalnum()
        if count == length:
            return at + 1
    return limit


def _mod_97(compact: str) -> int:
    return int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97


def _v4(text: str, match: re.Match[str]) -> Finding | None:
    parts = [int(part) for part in match[0].split(".")]
    harmless = parts[0] in {0, 127, 255} or not any(parts[1:])
    if harmless or max(parts) > 255 or _VERSION_BEFORE.search(text, max(0, match.start() - 40), match.start()):
        return None
    return Finding("ip", match.start(), match.end(), ".".join(map(str, parts)))


def _v6(match: re.Match[str]) -> Finding | None:
    written = match[0].rstrip(":") if not match[0].endswith("::") else match[0]
    digits = sum(character.isalnum() for character in written)
    if written.count(":") < 2 or digits < 5 or not any(map(str.isdigit, written)):
        return None
    try:
        value = ip_address(written.partition("%")[0])
    except ValueError:
        return None
    return Finding("ip", match.start(), match.start() + len(written), value.compressed)
