"""Find secrets by the words before them: passwords and coded keys."""

import re
from collections.abc import Iterator

from ticketlens.intake.finding import Finding

_WORDS = (
    *("password", "passwd", "passphrase", "passcode", "pwd", "passwort", "kennwort", "lösenord", "пароль", "пароля"),
    *("contraseña", "mot de passe", "parola", "secret", "token", "токен", "api key", "api_key", "apikey", "api-key"),
    *("access key", "access_key", "accesskey", "access-key", "private key", "schlüssel", "nyckel", "chiave", "ключ"),
    *("pass:", "pass=", "pw:", "pw=", "pin:"),
)
_NAME = (
    r"(?<![^\W_])(?:passwords?|passwd|passphrase|passcode|pwd|passworte?|kennw[oö]rte?r?|lösenord(?:et)?"
    r"|parola(?: d'ordine| chiave)?|парол[ьяюе]м?|contraseña|mot de passe|(?:(?:client|shared|webhook)[ _-]?)?secret"
    r"|\w{0,12}token|токен|(?:api|access|private|secret)[ _-]?key|api-?(?:schlüssel|nyckeln?|ключ|token)"
    r"|chiave(?: api)?|(?:api )?ключ|(?:pass|pw|pin)(?=[:=]))"
)
_OF = r"(?: (?:for|of|to|from|on|in|für|von|zu|zum|till|för|på|per|di|del|della|от|для|к|на)(?: [^\W\d_]{1,14}){1,3}?)?"
_IS = (
    rf"(?:{_OF}(?:\s(?:is|was|ist|war|lautet|är|var|è|era|es|est)\s(?:now |jetzt |nu |ora )?"
    r"|\s?(?:[:=]{1,2}|->|=>)\s?|\s[—–-]\s)|\s)"
)
_STATED = re.compile(rf"{_NAME}[\"'»)]?({_IS})[\"'«“„`<(]?([^\s\x00\"'<>\[\]&`«»“”„]{{4,512}})", re.I)
_CODED = r"(?=[A-Za-z+/_=-]{0,80}\d)(?=[\d+/_=-]{0,80}[A-Za-z])[A-Za-z0-9+/_=-]{16,512}"
_CODED_NEARBY = re.compile(
    rf"{_NAME}(?:[\s:=\"'`(]{{1,3}}[^\W\d_]{{1,14}}){{0,4}}[\s:=\"'`(]{{1,4}}({_CODED})(?![\w\]])", re.I
)
_PASSWORD = re.compile(r"pass|pwd|kennw|lösen|парол", re.I)
_REST_OF_LINE = re.compile(r"[.!?\"'»”)]{0,2}[ \t]*(?:\n|$)")
_DOTS = ".!?:,;)"
_PLAIN_WORDS = frozenset(
    (
        *("none", "null", "true", "false", "wrong", "incorrect", "invalid", "required", "optional", "expired"),
        *("changed", "missing", "empty", "unknown", "correct", "reset", "forgotten", "normal", "plain", "hidden"),
        *("saved", "stored", "oauth2", "oauth2.0", "kerberos", "ntlm", "string", "field", "manager", "error"),
        *("failed", "failure", "accepted", "rejected", "blank", "please", "thanks", "thank", "encrypted"),
        *("falsch", "vergessen", "ungültig", "abgelaufen", "pflichtfeld", "felaktigt", "saknas", "sbagliata", "errata"),
        *("scaduta", "obbligatorio", "dimenticata", "неверный", "неправильный", "забыт", "обязательно"),
    )
)


def stated_secrets(text: str) -> Iterator[Finding]:
    """The value behind "password:", "mein Passwort ist" and the like, and coded text up to four words behind them."""
    lowered = text.lower()
    if not any(word in lowered for word in _WORDS):
        return
    for match in _CODED_NEARBY.finditer(text):
        if sum(map(str.isdigit, match[1])) > 2:
            yield Finding("token", match.start(1), match.end(1), match[1])
    yield from (found for match in _STATED.finditer(text) if (found := _stated(text, match)))


def _stated(text: str, match: re.Match[str]) -> Finding | None:
    value = match[2].rstrip(_DOTS)
    end = match.start(2) + len(value)
    if match[1].isspace() and not (_PASSWORD.match(match[0]) and _mixed(value)):
        return None
    alone = any(mark in match[1] for mark in ":=>") and _REST_OF_LINE.match(text, end) is not None
    if not _looks_secret(value, alone):
        return None
    return Finding("token", match.start(2), end, value)


def _mixed(value: str) -> bool:
    return len(value) >= 6 and "." not in value and bool(re.search(r"\d", value) and re.search(r"[^\W\d_]", value))


def _looks_secret(value: str, alone: bool) -> bool:
    """A made-up word: digits or marks between letters, or capitals inside; a plain word only where alone."""
    if len(value) < 4 or value.lower() in _PLAIN_WORDS or "://" in value or value.count("*") > 2:
        return False
    letters, digits = any(map(str.isalpha, value)), any(map(str.isdigit, value))
    marks = any(not character.isalnum() and character not in "-/.'’…_" for character in value)
    capitals = not value.isupper() and any(map(str.isupper, value[1:])) and value[1:].lower() != value[1:]
    if letters:
        return digits or marks or capitals or (alone and len(value) >= 6)
    return value.isdigit() and len(value) <= 12
