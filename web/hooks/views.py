"""POST /hooks/{source}, and the ways in which helpdesks look whether the address is there."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound, Unauthorized

from ticketlens.connector import BadProof, Hook, Reply
from ticketlens.hooks.gate import NoSuchSource, headers_of
from web.current import gate, lens
from web.hooks.body import read_body

hooks = Blueprint("hooks", __name__, url_prefix="/hooks")
NO_SUCH = "There is no webhook of this name."


@hooks.post("/<source>", strict_slashes=False)
@hooks.post("/<source>/<secret>", strict_slashes=False)
def take(source: str, secret: str = "") -> ResponseReturnValue:
    """What is refused here is counted for its source; `secret`, the end of the address, is a proof and kept nowhere."""
    door = gate()
    try:
        largest = door.largest(source)
    except NoSuchSource:
        raise NotFound(NO_SUCH) from None
    try:
        raw, body = read_body(request, largest)
        taken = door.take(source, *(_hook(form) for form in dict.fromkeys((raw, body))))
    except BadProof as error:
        door.count(source, "refused")
        raise Unauthorized(f"This delivery is not proven: {error}.") from None
    except HTTPException:
        door.count(source, "refused")
        raise
    if isinstance(taken, Reply):
        return Response(taken.body, 200, content_type=taken.content_type)
    return {"delivery": taken.name, "repeated": not taken.new}, 202


@hooks.get("/<source>", strict_slashes=False)
@hooks.get("/<source>/<secret>", strict_slashes=False)
def there(source: str, secret: str = "") -> ResponseReturnValue:
    """Some look, by GET or HEAD, whether there is somebody before they send."""
    try:
        gate().largest(source)
    except NoSuchSource:
        raise NotFound(NO_SUCH) from None
    return {"webhook": source}


def _hook(body: bytes) -> Hook:
    return Hook(
        headers=headers_of(dict(request.headers)), body=body, method=request.method, url=_called(), at=lens().now()
    )


def _called() -> str:
    """The address as the helpdesk called it: under the name that it goes by outside, its escapes as they came."""
    path = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path.rstrip("?")
    base = lens().settings.base_url or request.host_url
    return base.rstrip("/") + str(path)
