"""The language that a text is written in."""

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

LANGUAGES = (
    *(
        "ar",
        "bg",
        "bn",
        "ca",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "et",
        "fa",
        "fi",
        "fr",
        "he",
        "hi",
        "hr",
        "hu",
        "id",
        "it",
    ),
    *(
        "ja",
        "kk",
        "ko",
        "lt",
        "lv",
        "nl",
        "no",
        "pl",
        "pt",
        "ro",
        "ru",
        "sk",
        "sl",
        "sr",
        "sv",
        "th",
        "tr",
        "uk",
        "vi",
        "zh",
    ),
)
"""ISO 639-1. Fewer languages make fewer mistakes on short texts; "no" is Norwegian in both written forms."""
READ_CHARS = 400
LEAST_LETTERS = 12
LEAST_PROBABILITY = 0.5

_NOT_LETTERS = re.compile(r"https?://\S+|[\W\d_]+")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier


def detect(text: str) -> str | None:
    """ISO 639-1 code of one of `LANGUAGES`, judged on the first `READ_CHARS` characters.

    None where fewer than `LEAST_LETTERS` letters stand there (a third of that for Chinese, Japanese and Korean), or
    where the model gives its best guess a probability below `LEAST_PROBABILITY`.
    """
    words = _NOT_LETTERS.sub(" ", text[:READ_CHARS]).strip()
    letters = len(words) - words.count(" ")
    if letters < LEAST_LETTERS and letters + 2 * len(_DENSE.findall(words)) < LEAST_LETTERS:
        return None
    code, probability = _identifier().classify(words)
    return str(code) if probability >= LEAST_PROBABILITY else None
