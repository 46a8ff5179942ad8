"""The JSON that programs rely on, under /api/v1, and the page that explains it."""

from flask import Blueprint, Response, current_app, json, render_template, request
from flask.typing import ResponseReturnValue

from web.api.openapi import document
from web.api.routes import FILTERS, ROUTES
from web.api.schemas import SCHEMAS
from web.api.table import Route, check_id, read
from web.auth import needs
from web.current import lens

BASE = "/api/v1"
api = Blueprint("api", __name__, url_prefix=BASE)
docs = Blueprint("docs", __name__)


def _add(route: Route) -> None:
    @needs(route.role)
    def view(**parts: object) -> ResponseReturnValue:
        check_id(parts)
        told = route.handler(lens(), read(route, request.args), **parts)
        return Response(current_app.json.dumps(told), route.status, content_type="application/json")

    api.add_url_rule(route.rule, route.name, view, methods=[route.method])


for _route in ROUTES:
    _add(_route)


@api.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    return document(BASE)


@docs.get("/api/docs")
def page() -> ResponseReturnValue:
    shown = {name: json.dumps(schema, indent=1) for name, schema in SCHEMAS.items()}
    return render_template("api_docs.html", routes=ROUTES, filters=FILTERS, schemas=shown, base=BASE)
