"""Sentences in six locales with one personal or secret value, or with something that only looks like one.

Values are built from numbering plans, check digits and hand-written formats, not from the patterns under test.
"""

import base64
import json
import string
from collections.abc import Callable, Iterator
from ipaddress import IPv6Address
from pathlib import Path
from random import Random
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

LOCALES = ("en-US", "en-GB", "sv-SE", "it-IT", "ru-RU", "de-DE")


class Item(NamedTuple):
    locale: str
    text: str
    kind: str | None
    value: str | None


SENTENCES = json.loads(Path(__file__).with_name("sentences.json").read_text("utf-8"))
"""Sentences, and ways to write a telephone number, by language or locale; {x} is the value."""
BBANS = {
    "SE": "d20",
    "DE": "d18",
    "GB": "u4d14",
    "IT": "u1d10d12",
    "NL": "u4d10",
    "FR": "d10a11d2",
    "PL": "d24",
    "CH": "d5d12",
    "ES": "d20",
    "NO": "d11",
    "FI": "d14",
}


def items(count: int = 2000, seed: int = 7) -> list[Item]:
    """Three in five hold a value."""
    random = Random(seed)
    makers: tuple[Callable[[Random, str], Item], ...] = (*(POSITIVE * 2), *([harmless] * 11))
    return [makers[number % len(makers)](random, LOCALES[number % 6]) for number in range(count)]


def fill(random: Random, template: str) -> str:
    """{d4}: four digits; {u3}: three capitals; {m}: one digit 1-9; {v4}: a version; {t}: seconds since 1970."""
    out = template.replace("{t}", str(random.randint(1_600_000_000, 1_790_000_000)))
    out = out.replace("{v4}", ".".join(str(random.randint(1, 120)) for _ in range(4))).replace("{n}", digits(random, 6))
    while (at := out.find("{")) >= 0:
        code = out[at + 1 : out.index("}", at)]
        made = str(random.randint(1, 9)) if code == "m" else _run(random, code)
        out = out[:at] + made + out[out.index("}", at) + 1 :]
    return out


def _run(random: Random, code: str) -> str:
    letters = {"d": string.digits, "u": string.ascii_uppercase, "a": string.digits + string.ascii_uppercase}[code[0]]
    return "".join(random.choice(letters) for _ in range(int(code[1:])))


def digits(random: Random, count: int) -> str:
    return str(random.randint(1, 9)) + "".join(random.choice(string.digits) for _ in range(count - 1))


def _put(random: Random, locale: str, around: str, kind: str, value: str) -> Item:
    template = random.choice(SENTENCES["around"][locale[:2]][around])
    return Item(locale, fill(random, template.replace("{x}", "\x01")).replace("\x01", value), kind, value)


def harmless(random: Random, locale: str) -> Item:
    template = random.choice((*SENTENCES["harmless"][locale[:2]], *random.sample(SENTENCES["harmless_anywhere"], 4)))
    return Item(locale, fill(random, template), None, None)


def email(random: Random, locale: str) -> Item:
    names = {"ru": ("ivan.petrov", "olga_s", "иван"), "sv": ("åsa.berg", "nils-erik"), "de": ("jürgen.k", "m.weiss")}
    local = random.choice(
        (*names.get(locale[:2], ()), "j.smith", "Anna.Rossi", "x", "o'neil", "sales+eu", "first.last.2")
    )
    host = random.choice(
        ("example.com", "mail.example.co.uk", "Bücher.example.de", "sub-1.example.io", "example.museum", "почта.рф")
    )
    return _put(random, locale, "email", "email", f"{local}{random.choice(('', digits(random, 2)))}@{host}")


def phone(random: Random, locale: str) -> Item:
    while True:
        value = random.choice((_written_phone, _example_phone, _written_phone))(random, locale)
        if phonenumbers.is_valid_number(phonenumbers.parse(value, locale[3:])):
            return _put(random, locale, "phone", "phone", value)


def _written_phone(random: Random, locale: str) -> str:
    template = random.choice(SENTENCES["phone_formats"][locale]).replace(
        "{a}", random.choice(SENTENCES["areas"][locale[3:]].split())
    )
    for size in "2345678":
        while f"{{{size}}}" in template:
            template = template.replace(f"{{{size}}}", digits(random, int(size)), 1)
    return template


def _example_phone(random: Random, locale: str) -> str:
    abroad = random.random() < 0.3
    region = (
        random.choice(("FR", "ES", "PL", "NL", "BR", "IN", "JP", "AU", "CH", "NO", "TR", "ZA"))
        if abroad
        else locale[3:]
    )
    number = phonenumbers.example_number_for_type(
        region, random.choice((PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE))
    )
    forms = (
        PhoneNumberFormat.INTERNATIONAL,
        PhoneNumberFormat.E164,
        *(() if abroad else (PhoneNumberFormat.NATIONAL,)),
    )
    return str(phonenumbers.format_number(number, random.choice(forms)))


def card(random: Random, locale: str) -> Item:
    prefix, length = random.choice(
        (
            ("4", 16),
            ("51", 16),
            ("55", 16),
            ("2221", 16),
            ("34", 15),
            ("37", 15),
            ("6011", 16),
            ("3530", 16),
            ("2202", 16),
            ("36", 14),
        )
    )
    body = prefix + "".join(random.choice(string.digits) for _ in range(length - len(prefix) - 1))
    total = sum(sum(map(int, str(int(d) * (2 - i % 2)))) for i, d in enumerate(reversed(body)))
    number = body + str(-total % 10)
    cuts = (4, 10, 15) if length == 15 else (4, 8, 12, 16)
    separator = random.choice(("", " ", "-"))
    return _put(
        random,
        locale,
        "card",
        "card",
        separator.join(number[a:b] for a, b in zip((0, *cuts), cuts, strict=False) if number[a:b]),
    )


def iban(random: Random, locale: str) -> Item:
    country = random.choice((locale[3:] if locale[3:] in BBANS else "FR", *BBANS))
    bban = fill(random, "".join(f"{{{part}}}" for part in _parts(BBANS[country])))
    check = 98 - int("".join(str(int(c, 36)) for c in f"{bban}{country}00")) % 97
    compact = f"{country}{check:02d}{bban}"
    spaced = " ".join(compact[at : at + 4] for at in range(0, len(compact), 4))
    return _put(random, locale, "iban", "iban", random.choice((compact, spaced, spaced, compact.lower())))


def _parts(layout: str) -> Iterator[str]:
    yield from layout.replace("d", " d").replace("u", " u").replace("a", " a").split()


def ip(random: Random, locale: str) -> Item:
    v4 = ".".join(str(random.randint(1, 254)) for _ in range(4)).replace("127.", "126.", 1)
    v6 = IPv6Address((0x2001_0DB8 << 96) + random.getrandbits(random.choice((16, 64, 90))))
    if random.random() < 0.7:
        return _put(random, locale, "ip", "ip", v4)
    written = random.choice((v6.compressed, v6.exploded, v6.compressed.upper()))
    template = random.choice(SENTENCES["around"][locale[:2]]["ip"][:3])
    return Item(locale, template.replace("{x}", written), "ip", written)


def password(random: Random, locale: str) -> Item:
    word = random.choice(("Sommar", "hunter", "geheim", "Qwerty", "моймир", "Ferrari", "dragon"))
    value = random.choice(
        (
            f"{word}{digits(random, 2)}",
            f"{word}!{digits(random, 2)}",
            f"{digits(random, 4)}{word}",
            f"{word}_x9$",
            f"P@{word}7",
        )
    )
    return _put(random, locale, "password", "token", value)


def token(random: Random, locale: str) -> Item:
    def some(count: int, letters: str = string.ascii_letters + string.digits) -> str:
        return "".join(random.choice(letters) for _ in range(count - 2)) + "a7"

    def coded(text: str) -> str:
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    value = random.choice(
        (
            *(
                f"AKIA{some(16, string.ascii_uppercase).upper()}",
                f"ghp_{some(36)}",
                f"sk-{some(48)}",
                f"sk-proj-{some(40)}",
                f"xoxb-{digits(random, 12)}-{some(24)}",
            ),
            *(
                ".".join((coded('{"alg":"HS256"}'), coded('{"sub":"' + some(8) + '"}'), some(43))),
                f"sk_live_{some(24)}",
                f"AIza{some(35)}",
                f"glpat-{some(20)}",
            ),
            f"github_pat_{some(40)}",
        )
    )
    bare = some(40, "0123456789abcdef")
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{some(64)}\n{some(64)}\n-----END RSA PRIVATE KEY-----"
    choice = random.random()
    if choice < 0.15:
        return Item(locale, f"header Authorization: Bearer {bare}", "token", bare)
    if choice < 0.3:
        return Item(
            locale,
            random.choice((f"my api key is {bare}", f"api_key={bare}", f"secret: {bare}", f"access token {bare}")),
            "token",
            bare,
        )
    if choice < 0.4:
        return Item(locale, f"here it is\n{key}\nthanks", "token", key)
    return Item(locale, random.choice(SENTENCES["token_around"]).replace("{x}", value), "token", value)


POSITIVE = (email, phone, phone, card, iban, ip, token, password)
