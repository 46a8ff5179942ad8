"""What helpdesks pushed: the last deliveries of a source, one of them, and what an administrator does with them."""

import hashlib

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ticketlens.model.delivery import KeptDelivery
from ticketlens.model.person import Role
from web.auth import needs
from web.pages import asked, sources
from web.pages.delivery_list import number_of
from web.pages.delivery_shown import printable, shown_body


@needs(Role.ADMIN)
def delivery(name: str, number: str) -> str:
    """All that is kept of it, but for what is personal."""
    kept = _kept(name, number)
    lens, told = asked.lens(), kept.delivery
    redact, ids = lens.preparer.redactor.redact, lens.inbox.about(kept)
    return render_template(
        "delivery.html", one=(one := sources.find(name)), kept=kept, body=shown_body(told.body, redact),
        headers=sorted((printable(key), redact(printable(value))) for key, value in told.headers.items()),
        sha256=hashlib.sha256(told.body).hexdigest(), reason=kept.outcome.reason and redact(kept.outcome.reason),
        tickets=[(printable(id_), lens.store.get_raw(name, id_) is not None) for id_ in ids], **sources.around([one]),
    )  # fmt: skip


@needs(Role.ADMIN)
def replay(name: str, number: str) -> ResponseReturnValue:
    """It waits again, and a worker reads it as if it came now."""
    asked.lens().inbox.replay([_kept(name, number)])
    return redirect(url_for("pages.source_delivery", name=name, number=number), 303)


@needs(Role.ADMIN)
def replay_all(name: str) -> ResponseReturnValue:
    """All that is set aside."""
    sources.must_be(name)
    asked.lens().inbox.replay_set_aside(name)
    return redirect(url_for("pages.source", name=name, _anchor="deliveries"), 303)


def _kept(name: str, number: str) -> KeptDelivery:
    sources.must_be(name)
    wanted = number_of(number)
    found = asked.lens().inbox.find(name, wanted) if wanted is not None else None
    if found is None:
        days = asked.lens().inbox.kept_days
        abort(404, description=f"There is no such delivery; each is kept for {days} days.")
    return found
