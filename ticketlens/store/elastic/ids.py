"""The id of a document: the same noun and name give the same id, wherever and whenever it is written."""

import hashlib


def document_id(*parts: str | int) -> str:
    """32 hexadecimal digits of the parts, whatever is in them and however long they are."""
    texts = [str(part) for part in parts]
    told = "".join(f"{len(text)}:{text}" for text in texts)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]
