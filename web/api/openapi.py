"""The table of the API as an OpenAPI 3.1 document."""

from typing import Any

import ticketlens
from ticketlens.model.filter import CUSTOM
from web.api.body import JSON
from web.api.routes import FILTERS, ROUTES
from web.api.schemas import SCHEMAS, ref
from web.api.table import VERSUS, Parameter, Route

Json = dict[str, Any]
PROBLEM_JSON = "application/problem+json"
ALWAYS = {
    400: "A parameter is wrong; the text names it",
    401: "A token or a sign-in is needed",
    403: "The role does not cover this",
    503: "Not now; Retry-After says when",
}
TOKEN = {"type": "http", "scheme": "bearer", "description": "`ticketlens token add NAME` makes one"}
ANY_CUSTOM: Json = {
    "name": "custom", "in": "query", "style": "form", "explode": True,
    "description": "a field of the source's own, as custom.NAME=value",
    "schema": {"type": "object", "patternProperties": {"^" + CUSTOM.replace(".", r"\."): {"type": "string"}},
               "additionalProperties": False},
}  # fmt: skip

ANY_VERSUS: Json = {
    "name": "versus", "in": "query", "style": "form", "explode": True,
    "description": "the other side's filter, as versus.FIELD=value: in place of the same field of this side's",
    "schema": {"type": "object", "patternProperties": {"^" + VERSUS.replace(".", r"\."): {"type": "string"}},
               "additionalProperties": False},
}  # fmt: skip


def document(base: str) -> Json:
    paths: dict[str, Json] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "TicketLens", "version": ticketlens.__version__},
        "servers": [{"url": base}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"token": TOKEN},
        },
    }  # fmt: skip


def _operation(route: Route) -> Json:
    answers = {str(route.status): _content("Done", "application/json", ref(route.answers))}
    problems = {**ALWAYS, **route.fails}
    told: Json = {
        "operationId": route.name,
        "summary": route.summary,
        "description": f"Needs the role {route.role.value}.",
        "parameters": _parameters(route),
        "responses": answers | {str(k): _content(v, PROBLEM_JSON, ref("Problem")) for k, v in sorted(problems.items())},
    }
    if route.takes:
        told["requestBody"] = {
            "required": True,
            "content": {kind: {"schema": _body(kind, route.body)} for kind in route.takes},
        }
    return told


def _parameters(route: Route) -> list[Json]:
    told = [_parameter(parameter) for parameter in route.parameters] + [ANY_VERSUS] * route.versus
    return told + [_parameter(parameter) for parameter in FILTERS] + [ANY_CUSTOM] if route.filters else told


def _parameter(parameter: Parameter) -> Json:
    told: Json = {
        "name": parameter.name, "in": parameter.place, "description": parameter.means, "schema": parameter.schema,
    }  # fmt: skip
    return {**told, "required": True} if parameter.place == "path" else told


def _body(kind: str, schema: str) -> Json:
    return ref(schema) if kind == JSON else {"type": "string", "description": f"a {schema[:-1]} as JSON a line"}


def _content(description: str, kind: str, schema: Json) -> Json:
    return {"description": description, "content": {kind: {"schema": schema}}}
