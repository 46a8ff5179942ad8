"""HTML to plain text, in linear time whatever the input is."""

import html
import re

from selectolax.lexbor import LexborHTMLParser

_BLOCK = (
    "address|article|aside|body|blockquote|br|center|dd|details|div|dl|dt|fieldset|figure|footer|form|h[1-6]|head|header|hr|"
    "html|li|main|nav|ol|option|p|noscript|pre|section|textarea|summary|table|tbody|tfoot|thead|tr|ul"
)
_CELL = "td|th"
_INLINE = (
    "a|abbr|acronym|b|big|button|cite|code|del|em|font|i|img|input|ins|kbd|label|link|mark|meta|o:p|q|s|samp|select|small|"
    "span|strike|strong|sub|sup|tt|u|var|wbr|colgroup|col|base"
)
_HIDDEN = "script|style|title|template|iframe|svg|object"
_KNOWN = f"{_BLOCK}|{_CELL}|{_INLINE}|{_HIDDEN}"

_MARKUP = re.compile(
    rf"</(?:{_KNOWN})\s*>|<(?:br|hr)\s*/?>|<(?:p|div|table|html|body|img|meta|style|script)(?:\s[^<>]{{0,4000}})?/?>|<!doctype\b",
    re.I,
)
_BLOCKS = re.compile(r"<(?:p|div|br|table|tr|li|html|body|h[1-6])\b[^<>]{0,4000}>", re.I)
_NOT_A_TAG = re.compile(
    rf"<(?!/?(?:{_KNOWN})(?:\s|/|>)|!--|!doctype\b|!\[|/?[a-z]{{1,10}}:[a-z]{{1,12}}(?:\s|/|>))", re.I
)
_ITEM_TAG = re.compile(r"<li(?:\s[^<>]{0,4000})?>", re.I)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK})(?:[\s/][^<>]{{0,4000}})?>", re.I)
_CELL_TAG = re.compile(rf"</?(?:{_CELL})(?:[\s/][^<>]{{0,4000}})?>", re.I)
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE})(?:[\s/][^<>]{{0,4000}})?>", re.I)
_ANY_TAG = re.compile(r"<[^<>]{0,4000}>")
_QUOTE_TAG = re.compile(r"<(/?)blockquote(?:\s[^<>]{0,4000})?>", re.I)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|nbsp|amp|lt|gt|quot|apos);", re.I)
_PARSER_TAGS = 500
"""With more tags than this left over, a hostile tree could take the parser seconds: tags are cut by their brackets."""


def looks_like_html(text: str) -> bool:
    """True where a closing tag or a block of HTML stands in the text; `List<String>` and `<foo@bar>` are not HTML."""
    return "<" in text and _MARKUP.search(text) is not None


def html_to_text(source: str) -> str:
    """The words that a reader would see: blocks on lines of their own, block quotations left out, entities decoded.

    Block quotations stay where nothing else holds a word.
    """
    source = _NOT_A_TAG.sub("&lt;", source)
    if _BLOCKS.search(source) and "<pre" not in source.lower():
        source = source.replace("\r", " ").replace("\n", " ")
    text = _visible(_without_quotations(source))
    return text if any(map(str.isalnum, text)) else _visible(source)


def decode_entities(text: str) -> str:
    """Decode the common entities that some helpdesks leave in plain text."""
    return html.unescape(text) if _ENTITY.search(text) else text


def _visible(source: str) -> str:
    source = _BLOCK_TAG.sub("\n", _ITEM_TAG.sub("\n- ", source))
    source = _INLINE_TAG.sub("", _CELL_TAG.sub(" ", source))
    if source.count("<") > _PARSER_TAGS:
        return html.unescape(_ANY_TAG.sub(" ", source))
    tree = LexborHTMLParser(f"<body>{source}")
    for hidden in tree.css("script,style,title,template,iframe,svg,object"):
        hidden.decompose()
    return tree.body.text(separator="") if tree.body else ""


def _without_quotations(source: str) -> str:
    kept: list[str] = []
    depth, start = 0, 0
    for tag in _QUOTE_TAG.finditer(source):
        if depth == 0:
            kept.append(source[start : tag.start()])
        depth = max(0, depth - 1) if tag[1] else depth + 1
        start = tag.end()
    kept.append(source[start:] if depth == 0 else "")
    return "\n".join(kept)
