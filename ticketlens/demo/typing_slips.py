"""Slips of people who type in a hurry: lower case, swapped letters, no full stop."""

from random import Random


def roughen(rng: Random, text: str, *, hasty: bool) -> str:
    """`text` with slips now and then; `hasty` writers (chat, social) make more."""
    if rng.random() < (0.4 if hasty else 0.05):
        text = text.lower()
    if rng.random() < (0.4 if hasty else 0.06):
        text = text.removesuffix(".")
    dice = rng.random()
    if dice < (0.2 if hasty else 0.1):
        return _typos(rng, text)
    if dice > 0.97 and "\n" not in text:
        return text.rstrip(".!") + _mark(rng)
    return text


def _mark(rng: Random) -> str:
    return ("!!", "!!!", "...", "??", " :(")[int(rng.random() * 5)]


def _typos(rng: Random, text: str) -> str:
    words = text.split(" ")
    for _ in range(1 + int(rng.random() * 3)):
        index = int(rng.random() * len(words))
        if len(words[index]) > 4 and words[index].isalpha():
            words[index] = _slip(rng, words[index])
    return " ".join(words)


def _slip(rng: Random, word: str) -> str:
    at = 1 + int(rng.random() * (len(word) - 3))
    dice = rng.random()
    if dice < 0.5:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + word[at + 1 :] if dice < 0.8 else word[:at] + word[at] + word[at:]
