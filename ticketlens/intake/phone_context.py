"""What the words before a row of digits say about it, in English, Swedish, Italian, Russian and German."""

import re

LOOK_BACK = 48
"""Characters."""

_PHONE_WORD = re.compile(
    r"\b(?:tele?f|tel|phone|call|ring|mob|cell|handy|whatsapp|sms|text me|fax|reach me|contact|festnetz|rückruf|anruf"
    r"|erreich|durchwahl|telefonnummer|nås?\b|kontakta|chiam|recapito|contatt|тел|звон|перезвон|моб|сот|вотсап|ватсап)",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]+|\d+")
_FILLERS = frozenset(
    (
        *("number", "num", "no", "nr", "nummer", "numero", "n", "is", "ist", "är", "è", "номер", "with", "mit", "med"),
        *("con", "my", "min", "meine"),
    )
)
_COUNTED = frozenset(
    (
        *(
            "order",
            "orders",
            "ordine",
            "ordini",
            "invoice",
            "invoices",
            "fattura",
            "track",
            "tracking",
            "parcel",
            "pacco",
        ),
        *(
            "spedizione",
            "tracciamento",
            "ref",
            "reference",
            "riferimento",
            "ticket",
            "case",
            "pratica",
            "customer",
            "cliente",
        ),
        *(
            "account",
            "conto",
            "article",
            "articolo",
            "serial",
            "seriale",
            "sku",
            "isbn",
            "ean",
            "gtin",
            "imei",
            "id",
            "инн",
        ),
        *("огрн", "снилс", "vat", "iva", "licence", "license", "bug", "error", "code", "codice", "kod", "barcode"),
    )
)
_COUNTED_STEMS = (
    *("ordern", "beställning", "bestell", "auftrag", "заказ", "rechnung", "faktura", "счет", "счёт", "paket", "kolli"),
    *(
        "spårning",
        "sendung",
        "посылк",
        "трек",
        "отправлени",
        "referen",
        "ärende",
        "vorgang",
        "обращени",
        "kund",
        "клиент",
    ),
    *("konto", "artikel", "артикул", "serien", "серийн", "ust", "lizenz", "licens", "fehler", "код"),
)


def speaks_of_a_phone(text: str, at: int) -> bool:
    """True where a word such as "call" or "tel" stands shortly before `at`."""
    return _PHONE_WORD.search(text, max(0, at - LOOK_BACK), at) is not None


def counts_something_else(text: str, at: int) -> bool:
    """True where the last word before `at` is such as "order" or "invoice" ("no.", "number is" and the like aside)."""
    for word in reversed(_WORD.findall(text, max(0, at - LOOK_BACK), at)):
        lowered = word.lower()
        if lowered not in _FILLERS:
            return lowered in _COUNTED or lowered.startswith(_COUNTED_STEMS) or word.endswith("ID")
    return False
