"""Idempotency-Key: a call that is sent again gets the answer of the first, and is not carried out again."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

from werkzeug.exceptions import BadRequest, Conflict, UnprocessableEntity

from ticketlens.store.base import Record, RecordStore

NOUN = "reply"
KEPT = timedelta(days=7)
ABANDONED = timedelta(minutes=2)
LONGEST = 255
Json = dict[str, object]


class Replies:
    """Replies are kept 7 days. Of two equal calls at once one is carried out, and the other told to come again.

    A call whose process died is free again after 2 minutes: pushing a ticket twice changes nothing.
    """

    def __init__(self, records: RecordStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._records = records
        self._now = now

    def once(self, sender: str, key: str, body: bytes, carry_out: Callable[[], Json]) -> Json:
        """The answer to the sender's first call under `key`; 422 for another body, 409 while the first still runs."""
        if not key.isprintable() or not 1 <= len(key) <= LONGEST:
            raise BadRequest(f"An Idempotency-Key has 1 to {LONGEST} printable characters.")
        id_, print_ = hashlib.sha256(f"{sender}\n{key}".encode()).hexdigest(), hashlib.sha256(body).hexdigest()
        record = self._records.get_record(NOUN, id_)
        told = self._told(record, print_)
        return told if told is not None else self._carry_out(record, id_, print_, carry_out)

    def _told(self, record: Record | None, print_: str) -> Json | None:
        if record is None or self._is_over(record.fields):
            return None
        if record.fields["body"] != print_:
            raise UnprocessableEntity("This Idempotency-Key came with another body before.")
        return cast(Json | None, record.fields["answer"])

    def _carry_out(self, record: Record | None, id_: str, print_: str, carry_out: Callable[[], Json]) -> Json:
        claimed = self._claim(record, id_, print_)
        try:
            answer = carry_out()
        except BaseException:
            self._records.delete_record(NOUN, id_)
            raise
        self._records.put_record(NOUN, id_, {**claimed, "answer": answer})
        return answer

    def _claim(self, record: Record | None, id_: str, print_: str) -> Json:
        self._sweep()
        if record is not None and not self._is_free(record.fields):
            raise Conflict("The first call under this Idempotency-Key is still being answered; try again soon.")
        claimed: Json = {"body": print_, "at": self._now().isoformat(), "answer": None}
        if self._records.put_record(NOUN, id_, claimed, expected=record.version if record else 0) is None:
            raise Conflict("The first call under this Idempotency-Key is still being answered; try again soon.")
        return claimed

    def _is_free(self, fields: Mapping[str, object]) -> bool:
        return self._is_over(fields) or (fields["answer"] is None and self._age(fields) > ABANDONED)

    def _is_over(self, fields: Mapping[str, object]) -> bool:
        return self._age(fields) > KEPT

    def _age(self, fields: Mapping[str, object]) -> timedelta:
        return self._now() - datetime.fromisoformat(str(fields["at"]))

    def _sweep(self) -> None:
        """Clear away what is older, once in a day."""
        swept, today = self._records.get_record("sweep", NOUN), self._now().date().isoformat()
        if swept is not None and swept.fields["day"] == today:
            return
        self._records.put_record("sweep", NOUN, {"day": today})
        for record in self._records.records(NOUN):
            if self._is_over(record.fields):
                self._records.delete_record(NOUN, record.id)
