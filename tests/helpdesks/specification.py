"""A vendor's own specification (OpenAPI 3.0), and whether what a loopback server says is what it allows.

The folder of specifications is named by TICKETLENS_TEST_SPECS; without it there is nothing to check against.
"""

import gzip
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

FOLDER = os.environ.get("TICKETLENS_TEST_SPECS", "")


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """Some specifications hold a bare `=`."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: node.value)


@cache
def specification(name: str) -> dict[str, Any]:
    file = Path(FOLDER) / name
    text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    told = json.loads(text) if file.name.removesuffix(".gz").endswith(".json") else yaml.load(text, _Loader)
    return _nullable(told)  # type: ignore[no-any-return]


def flaws(name: str, method: str, path: str, answer: object, status: str = "200") -> list[str]:
    """What is wrong with an answer to `method` on `path`, as the specification spells the path; each with its place."""
    doc = specification(name)
    content = doc["paths"][path][method]["responses"][status]["content"]
    kind = next(kind for kind in content if "json" in kind)
    place = "/".join(part.replace("~", "~0").replace("/", "~1") for part in (
        "#", "paths", path, method, "responses", status, "content", kind, "schema"
    ) if part != "#")  # fmt: skip
    found = Draft202012Validator({**doc, "$ref": f"#/{place}"}).iter_errors(answer)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


def _nullable(told: Any) -> Any:
    """`nullable: true` of OpenAPI 3.0 as JSON Schema says it."""
    if isinstance(told, list):
        return [_nullable(one) for one in told]
    if not isinstance(told, dict):
        return told
    made = {key: _nullable(value) for key, value in told.items()}
    if made.get("nullable") is True:
        if isinstance(made.get("type"), str):
            made["type"] = [made["type"], "null"]
            if isinstance(made.get("enum"), list) and None not in made["enum"]:
                made["enum"] = [*made["enum"], None]
        elif "type" not in made:
            return {"anyOf": [made, {"type": "null"}]}
    return made
