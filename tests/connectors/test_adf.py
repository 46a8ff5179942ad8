"""The Atlassian Document Format as plain text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.adf import DEEPEST, plain_text
from ticketlens.intake.clean import clean


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def block(kind: str, *content: Any, **attrs: Any) -> dict[str, Any]:
    return {"type": kind, "attrs": attrs, "content": list(content)}


def paragraph(*content: Any) -> dict[str, Any]:
    return block("paragraph", *content)


def told(*content: Any) -> str:
    return plain_text({"type": "doc", "version": 1, "content": list(content)})


def test_marks_and_nodes_of_one_line_make_one_line() -> None:
    line = paragraph(
        text("Hello "),
        {"type": "mention", "attrs": {"id": "1", "text": "@Kim"}},
        text(", see ", marks=[{"type": "strong"}]),
        text("this page", marks=[{"type": "link", "attrs": {"href": "https://example.com"}}]),
        text(" "),
        {"type": "inlineCard", "attrs": {"url": "https://example.com/a"}},
        text(" "),
        {"type": "status", "attrs": {"text": "BLOCKED"}},
        text(" since "),
        {"type": "date", "attrs": {"timestamp": "1767312000000"}},
        text(" "),
        {"type": "emoji", "attrs": {"shortName": ":smile:", "text": "😄"}},
        {"type": "emoji", "attrs": {"shortName": ":own:"}},
    )
    assert told(line) == "Hello @Kim, see this page https://example.com/a BLOCKED since 2026-01-02 😄:own:"


def test_each_block_has_lines_of_its_own() -> None:
    items = [
        block("listItem", paragraph(text("one")), paragraph(text("more"))),
        block("listItem", paragraph(text("two"))),
    ]
    cells = [block("tableHeader", paragraph(text("a"))), block("tableCell", paragraph(text("b")), paragraph(text("c")))]
    document = told(
        block("heading", text("Title"), level=1),
        paragraph(text("first"), {"type": "hardBreak"}, text("second")),
        paragraph(),
        block("bulletList", *items),
        block("taskList", block("taskItem", text("to do"), state="TODO")),
        block("table", block("tableRow", *cells)),
        block("codeBlock", text("x = 1\ny = 2"), language="python"),
        block("panel", paragraph(text("note"))),
        block("expand", paragraph(text("inside")), title="more"),
        {"type": "blockCard", "attrs": {"url": "https://example.com/b"}},
    )
    assert document.split("\n") == [
        "Title", "first", "second", "- one", "  more", "- two", "- to do", "a | b c", "x = 1", "y = 2", "note",
        "inside", "https://example.com/b",
    ]  # fmt: skip


def test_a_quotation_is_cut_where_quoted_replies_are() -> None:
    document = told(
        paragraph(text("It is back.")),
        block("blockquote", paragraph(text("Is it"), {"type": "hardBreak"}, text("solved?"))),
    )
    assert document == "It is back.\n> Is it\n> solved?"
    assert clean(document) == "It is back."


def test_files_and_unknown_nodes_say_only_what_is_text_inside() -> None:
    media = block("mediaSingle", {"type": "media", "attrs": {"id": "1", "alt": "shot.png"}})
    unknown = block("bodiedExtension", block("layoutSection", paragraph(text("kept"))))
    assert told(media, unknown, {"type": "rule"}) == "kept"


@pytest.mark.parametrize("document", [None, 3, [], {}, {"content": "x"}, {"content": [None, 1, {"type": 7}]}])
def test_what_is_no_document_is_no_text(document: object) -> None:
    assert plain_text(document) == ""


def test_a_text_is_itself() -> None:
    assert plain_text("h2. Title\nwords") == "h2. Title\nwords"


def test_blocks_inside_blocks_end_somewhere() -> None:
    node = paragraph(text("deep"))
    for _ in range(5_000):
        node = block("panel", node)
    assert told(node) == ""
    shallow = paragraph(text("there"))
    for _ in range(DEEPEST - 3):
        shallow = block("panel", shallow)
    assert told(shallow) == "there"


KINDS = (
    "doc",
    "paragraph",
    "text",
    "listItem",
    "blockquote",
    "tableRow",
    "mention",
    "date",
    "emoji",
    "inlineCard",
    "x",
)
VALUES = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
NODES = st.recursive(
    VALUES,
    lambda inner: st.fixed_dictionaries(
        {"type": st.sampled_from(KINDS) | VALUES},
        optional={
            "text": VALUES, "content": st.lists(inner, max_size=4) | VALUES,
            "attrs": VALUES | st.dictionaries(st.sampled_from(("text", "url", "timestamp", "shortName")), VALUES),
        },
    ),
)  # fmt: skip


@given(NODES)
def test_any_document_is_text(node: Any) -> None:
    assert isinstance(plain_text(node), str)
