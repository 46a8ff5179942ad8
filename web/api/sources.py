"""How each source stands, as JSON."""

from ticketlens.lens import Lens
from web.api.table import Asked

Json = dict[str, object]


def sources(lens: Lens, asked: Asked) -> Json:
    return {"items": [one.to_json() for one in lens.helpdesks.standings()], "next": None}
