"""Foreign text as it may stand in a message to a person."""


def shown(text: str, longest: int = 60) -> str:
    """On one line, without characters that steer a terminal, and cut with an ellipsis."""
    line = " ".join("".join(mark if mark.isprintable() else " " for mark in text[: longest * 4]).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
