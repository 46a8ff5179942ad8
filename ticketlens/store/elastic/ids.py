"""The id of a document: the same noun and name give the same id, wherever and whenever it is written."""

import hashlib
import json


def document_id(*parts: str | int) -> str:
    """32 hexadecimal digits of the parts, whatever is in them and however long they are."""
    told = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()[:32]
