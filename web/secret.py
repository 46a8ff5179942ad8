"""The key that signs forms, one for all processes that serve a store."""

import secrets

from ticketlens.store.base import RecordStore

NOUN = "secret"
ID = "forms"


def form_secret(records: RecordStore) -> bytes:
    """Made once; of two that make it at once, both get the first one's."""
    records.put_record(NOUN, ID, {"key": secrets.token_hex(32)}, expected=0)
    kept = records.get_record(NOUN, ID)
    if kept is None:
        raise RuntimeError("a record that was just written is gone")
    return bytes.fromhex(str(kept.fields["key"]))
