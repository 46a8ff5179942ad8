"""The Atlassian Document Format to plain text. Source: developer.atlassian.com, Atlassian Document Format.

Each block stands on lines of its own. Quotations get the sign that mail gives them, so that they are cut where quoted
replies are. Attachments and pictures say nothing; nodes that are not known are read for the text inside them.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

DEEPEST = 60
"""Levels of blocks inside blocks that are read; Jira's own editor makes no more than a dozen."""

INLINE = frozenset(
    {"text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard", "placeholder", "mediaInline"}
)
ITEMS = frozenset({"listItem", "taskItem", "decisionItem"})
CARDS = frozenset({"blockCard", "embedCard"})
Node = Mapping[str, object]


def plain_text(document: object) -> str:
    """The words of a document; a text is itself (version 2 of the API, and old comments); "" for anything else."""
    if isinstance(document, str):
        return document
    return "\n".join(_lines(document, DEEPEST)).strip() if isinstance(document, Mapping) else ""


def _lines(node: Node, levels: int) -> Iterator[str]:
    if levels == 0:
        return
    kind = _text(node.get("type"))
    if kind in INLINE or kind in CARDS:
        yield from _words(node).split("\n")
    elif kind == "blockquote":
        yield from (f"> {line}" for line in _inside(node, levels))
    elif kind in ITEMS:
        yield from (("- " if number == 0 else "  ") + line for number, line in enumerate(_inside(node, levels)))
    elif kind == "tableRow":
        yield " | ".join(" ".join(_lines(cell, levels - 1)) for cell in _children(node))
    else:
        yield from _inside(node, levels)


def _inside(node: Node, levels: int) -> Iterator[str]:
    """The lines of what a block holds; what stands in one line is joined to it."""
    sentence = ""
    for child in _children(node):
        if _text(child.get("type")) in INLINE:
            sentence += _words(child)
            continue
        yield from _done(sentence)
        sentence = ""
        yield from _lines(child, levels - 1)
    yield from _done(sentence)


def _done(sentence: str) -> list[str]:
    return sentence.split("\n") if sentence else []


def _words(node: Node) -> str:
    """What a node of one line says."""
    attrs = node.get("attrs")
    said = attrs if isinstance(attrs, Mapping) else {}
    match node.get("type"):
        case "text":
            return _text(node.get("text"))
        case "hardBreak":
            return "\n"
        case "mention" | "status":
            return _text(said.get("text"))
        case "emoji":
            return _text(said.get("text") or said.get("shortName"))
        case "date":
            return _day(said.get("timestamp"))
        case "inlineCard" | "blockCard" | "embedCard":
            return _text(said.get("url"))
        case _:
            return ""


def _day(timestamp: object) -> str:
    """Milliseconds since 1970, as a number or as its digits."""
    try:
        return datetime.fromtimestamp(int(str(timestamp)) / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _children(node: Node) -> list[Node]:
    content = node.get("content")
    return [child for child in content if isinstance(child, Mapping)] if isinstance(content, list) else []
