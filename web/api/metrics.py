"""What each metric means, as JSON: the rows of the one table."""

from werkzeug.exceptions import NotFound

from ticketlens.lens import Lens
from ticketlens.metrics.contract import BY_ID, METRICS
from ticketlens.metrics.definition import COHORTS, OWN_WAY, RULES, UNITS
from web.api.table import Asked

Json = dict[str, object]


def metrics(lens: Lens, asked: Asked) -> Json:
    return {
        "items": [row.to_json() for row in METRICS],
        "next": None,
        "cohorts": dict(COHORTS),
        "units": dict(UNITS),
        "rules": dict(RULES),
        "own_way": dict(OWN_WAY),
    }


def metric(lens: Lens, asked: Asked, metric: str) -> Json:
    row = BY_ID.get(metric)
    if row is None:
        raise NotFound(f"There is no metric {metric}; known are {', '.join(BY_ID)}.")
    return row.to_json()
