"""Why the deliveries of a source wait, as its last reader told it."""

from ticketlens.store.base import RecordStore

NOUN = "hook trouble"


def troubles(records: RecordStore) -> dict[str, str]:
    """By source; of those whose deliveries can be read, nothing."""
    return {record.id: str(record.fields["error"]) for record in records.records(NOUN)}


def trouble(records: RecordStore, source: str) -> str | None:
    held = records.get_record(NOUN, source)
    return str(held.fields["error"]) if held else None


def tell(records: RecordStore, source: str, error: str) -> None:
    """An empty text: nothing is wrong any more."""
    held = records.get_record(NOUN, source)
    if error and (held is None or held.fields["error"] != error):
        records.put_record(NOUN, source, {"error": error})
    elif not error and held is not None:
        records.delete_record(NOUN, source)
