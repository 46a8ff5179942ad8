"""Which format a file has: by what it holds first, by its name where that does not decide."""

import re
from pathlib import PurePath
from typing import Literal, get_args

from ticketlens.errors import BadPayload, ConfigError
from ticketlens.intake.payload import parse_json

Format = Literal["csv", "ndjson", "json", "mbox"]
FORMATS: tuple[Format, ...] = get_args(Format)
_BY_ENDING: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".json": "json",
    ".mbox": "mbox",
    ".mbx": "mbox",
}
_MBOX = re.compile(r"From [^\n]*\n[!-9;-~]+:")
_LOOKED_AT = 50


def chosen(name: str | None) -> Format | None:
    if name is not None and name not in FORMATS:
        raise ConfigError(f'no format is called "{name[:40]}": there are {", ".join(FORMATS)}')
    return name


def by_name(path: PurePath) -> Format | None:
    endings = [ending.lower() for ending in path.suffixes if ending.lower() != ".gz"]
    return _BY_ENDING.get(endings[-1]) if endings else None


def by_content(sample: str, named: Format | None) -> Format:
    """The format that the beginning of a file shows. CSV is what nothing else fits, unless the name says otherwise."""
    text = sample.lstrip("\ufeff \t\r\n")
    if _MBOX.match(text.replace("\r\n", "\n", 2)):
        return "mbox"
    if re.match(r"\[\s*(?:[{\]]|$)", text):
        return "json"
    lines = [line.strip() for line in text.split("\n")[:_LOOKED_AT] if line.strip()]
    objects = sum(line.startswith("{") for line in lines)
    if lines and lines[0].startswith("{") and not _stands_alone(lines[0]) and objects * 2 <= len(lines):
        return "json"
    if objects * 2 > len(lines) or (objects and named in ("ndjson", "json")):
        return "ndjson"
    if named in ("ndjson", "json") and not _like_table(lines):
        return "ndjson"
    return "csv"


def _stands_alone(line: str) -> bool:
    try:
        parse_json(line)
    except BadPayload:
        return False
    return True


def _like_table(lines: list[str]) -> bool:
    if len(lines) < 2:
        return False
    return any(0 < lines[0].count(mark) == lines[1].count(mark) for mark in ",;\t|")
