"""The pages to sign in and out."""

import math
from typing import NoReturn

from flask import Blueprint, Response, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from ticketlens.model.person import Role
from ticketlens.people import TooManyAttempts
from web.addresses import own_path
from web.auth.cookie import drop_session, keep_session, session_secret
from web.auth.guard import let_in_without_names
from web.current import people, visitor

auth = Blueprint("auth", __name__)


@auth.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    wanted = own_path(request.args.get("next"))
    return redirect(wanted, 303) if visitor() else _form(wanted)


@auth.post("/sign-in")
def check_password() -> ResponseReturnValue:
    name, wanted = request.form.get("name", "")[:200], own_path(request.form.get("next"))
    try:
        person = people().check_password(name, request.form.get("password", ""), request.remote_addr or "")
    except TooManyAttempts as error:
        minutes = math.ceil(error.retry_after / 60)
        response = Response(_form(wanted, name, f"Too many attempts. Try again in {minutes} minutes."), 429)
        response.headers["Retry-After"] = str(math.ceil(error.retry_after))
        return response
    if person is None:
        return _form(wanted, name, "This name and this password do not belong together."), 403
    return _let_in(person.name, person.role, wanted)


@auth.get("/sign-in/<secret>")
def open_link(secret: str) -> ResponseReturnValue:
    """Signs in at once, as the terminal that printed the link promises; whatever looks ahead gets a button instead.

    Browsers that fetch a page before anyone opens it say so, and a mail program's page shows as another site: neither
    uses the link up.
    """
    if request.method == "HEAD" or _looks_ahead():
        return render_template("sign_in_link.html") if _link_is_good(secret) else _refuse(secret)
    return use_link(secret)


@auth.post("/sign-in/<secret>")
def use_link(secret: str) -> ResponseReturnValue:
    link = people().use_link(secret) if _link_is_good(secret) else None
    return _let_in(link.person, link.role, "/") if link else _refuse(secret)


@auth.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    secret = session_secret()
    if secret:
        people().sessions.end(secret)
    session.clear()
    response = redirect(url_for("auth.sign_in"), 303)
    drop_session(response)
    return response


REMEDY = "Whoever runs this server can make another one: `ticketlens person add NAME --role ROLE`."
FROM_ELSEWHERE = (
    "This link has no name on it, and such a one works only in a browser on the server's own machine, while it "
    "listens to nobody else"
)


def _refuse(secret: str) -> NoReturn:
    abort(410, f"{people().why_not(secret) or FROM_ELSEWHERE}. {REMEDY}")


def _form(wanted: str, name: str = "", wrong: str | None = None) -> str:
    return render_template("sign_in.html", next=wanted, name=name, wrong=wrong, owned=people().owned())


def _let_in(person: str | None, role: Role, wanted: str) -> ResponseReturnValue:
    """A session of its own for each sign-in: one that was there before, planted or not, ends."""
    before = session_secret()
    if before:
        people().sessions.end(before)
    session.clear()
    response = redirect(wanted, 303)
    keep_session(response, people().begin_session(person, role))
    return response


def _link_is_good(secret: str) -> bool:
    link = people().usable_link(secret)
    return link is not None and (link.person is not None or let_in_without_names())


def _looks_ahead() -> bool:
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return "prefetch" in purpose or request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
