"""From a spec to a drawing: SVG with links that a reader can point at, hatched patterns, and no styles or scripts.

An address in a spec is written with `linked` and comes out as the path that it was.
"""

import json
import re
from functools import lru_cache
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree as ET

import vl_convert
from markupsafe import Markup, escape

from web.charts.theme import CONFIG, FONT, HATCHED, VARIABLES

SVG = "http://www.w3.org/2000/svg"
XLINK = "{http://www.w3.org/1999/xlink}href"
HERE = "https://here.invalid"
KEPT = 256
PNG_SCALE = 2.0

ET.register_namespace("", SVG)

_NOISE = ("aria-roledescription", "stroke-miterlimit", "version", "font-family", "width", "height")
_GROUP_NOISE = ("role", "class", "aria-hidden", "pointer-events")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")


def linked(path: str) -> str:
    """An address as a spec needs it: absolute, or the renderer would put a base of its own in front."""
    return HERE + path


def draw(spec: dict[str, Any]) -> str:
    """A Vega-Lite spec as finished SVG in the light palette; the same spec is drawn once."""
    return _drawn(json.dumps({**spec, "config": {**CONFIG, **spec.get("config", {})}}, sort_keys=True))


def inline(svg: str, label: str) -> Markup:
    """The drawing as part of a page: colours follow the page's, whose styles hide what is only there to be pointed at.

    `label` says what it shows.
    """
    for colour, variable in VARIABLES.items():
        svg = svg.replace(f'"{colour}"', f'"var({variable})"')
    svg = svg.replace(' fill="transparent"', "")
    opening = f'<svg role="group" aria-label="{escape(label)}" focusable="false" '
    return Markup(svg.replace("<svg ", opening, 1))  # noqa: S704  our own drawing; texts were escaped by the serializer


def png(svg: str) -> bytes:
    """The drawing as a picture of twice its size, on white."""
    return bytes(vl_convert.svg_to_png(on_white(svg), scale=PNG_SCALE))


def on_white(svg: str) -> str:
    """The drawing as a file of its own."""
    return svg.replace(">", '><rect width="100%" height="100%" fill="#ffffff"/>', 1)


@lru_cache(maxsize=KEPT)
def _drawn(spec: str) -> str:
    root = ET.fromstring(vl_convert.vegalite_to_svg(json.loads(spec)))  # noqa: S314  what the renderer made
    mark = "h" + sha256(spec.encode()).hexdigest()[:8]
    _drop_noise(root)
    _mend_links(root)
    _share_fills(root)
    _hatch(root, mark)
    root.set("class", "chart")
    return _LONG_NUMBER.sub(_shorter, ET.tostring(root, encoding="unicode")).replace(" />", "/>")


def _drop_noise(root: ET.Element) -> None:
    """A third of the bytes says nothing that a reader or a screen reader needs."""
    for parent in root.iter():
        dropped = _NOISE if parent.tag != f"{{{SVG}}}rect" else _NOISE[:3]
        if parent.get("opacity") == "1":
            dropped = (*dropped, "opacity")
        if parent.get("role", "").startswith("graphics") or parent.tag == f"{{{SVG}}}g":
            dropped = (*dropped, *_GROUP_NOISE)
        if parent.tag == f"{{{SVG}}}text" and parent.get("stroke"):
            parent.set("paint-order", "stroke")
        for name in dropped:
            parent.attrib.pop(name, None)
        for child in list(parent):
            if child.get("class") in ("background", "foreground"):
                parent.remove(child)
    root.set("font-family", FONT)


def _mend_links(root: ET.Element) -> None:
    """Each link has its plain path and its words as a title; of several to one place the keyboard stops at one."""
    met: set[str] = set()
    for link in root.iter(f"{{{SVG}}}a"):
        address = link.attrib.pop(XLINK, "").removeprefix(HERE)
        link.set("href", address)
        for shape in list(link):
            told = shape.attrib.pop("aria-label", "")
            title = ET.SubElement(link, f"{{{SVG}}}title")
            title.text = told
        if address in met:
            link.set("tabindex", "-1")
            link.set("aria-hidden", "true")
        met.add(address)


def _share_fills(root: ET.Element) -> None:
    """One fill of many marks is said once, by their group."""
    for group in root.iter(f"{{{SVG}}}g"):
        fills = {mark.get("fill", "") for mark in group}
        if len(group) > 2 and len(fills) == 1 and fills.isdisjoint({"", *HATCHED}):
            group.set("fill", fills.pop())
            for mark in group:
                del mark.attrib["fill"]


def _shorter(found: re.Match[str]) -> str:
    return f"{float(found[0]):.1f}"


def _hatch(root: ET.Element, mark: str) -> None:
    used = {fill for element in root.iter() if (fill := element.get("fill", "")) in HATCHED}
    definitions = ET.Element(f"{{{SVG}}}defs")
    for element in root.iter():
        if (fill := element.get("fill", "")) in used:
            element.set("fill", f"url(#{mark}{fill[1:]})")
    for fill in sorted(used):
        definitions.append(_pattern(f"{mark}{fill[1:]}", *HATCHED[fill]))
    if used:
        root.insert(0, definitions)


def _pattern(id: str, ground: str, stroke: str) -> ET.Element:
    pattern = ET.Element(
        f"{{{SVG}}}pattern", id=id, width="6", height="6", patternUnits="userSpaceOnUse", patternTransform="rotate(45)"
    )
    ET.SubElement(pattern, f"{{{SVG}}}rect", {"width": "6", "height": "6", "fill": ground, "fill-opacity": ".45"})
    ET.SubElement(
        pattern, f"{{{SVG}}}line", {"y2": "6", "stroke": stroke, "stroke-width": "1.5", "stroke-opacity": ".55"}
    )
    return pattern
