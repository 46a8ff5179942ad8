"""One look for every chart: colours by role, the same sizes everywhere.

A chart is drawn in the light palette; each colour stands for one role. Within a page it becomes that role's CSS
variable, so one drawing serves light and dark; as a file it stays light.
"""

ACCENT = "#2554c7"
SOFT = "#b9c8ee"
QUIET = "#6f7785"
QUIET_BAND = "#d9dce2"
INK = "#1b1c1e"
MUTED = "#5c626b"
GRID = "#e5e5e0"
PANEL = "#fffffe"
HATCH = "#e9e9e2"
HATCH_ACCENT = "#2554c8"

VARIABLES = {
    ACCENT: "--accent",
    SOFT: "--soft",
    QUIET: "--quiet",
    QUIET_BAND: "--quiet-band",
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PANEL: "--panel",
}
HATCHED = {HATCH: (GRID, QUIET), HATCH_ACCENT: (SOFT, ACCENT)}
"""Fills that stand for a pattern: (ground, stroke)."""

FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"
WIDE = 720
NARROW = 300

CONFIG: dict[str, object] = {
    "background": None,
    "aria": False,
    "font": FONT,
    "padding": {"left": 2, "right": 8, "top": 4, "bottom": 2},
    "view": {"stroke": None},
    "axis": {
        "domain": False, "ticks": False, "gridColor": GRID, "gridWidth": 1, "labelColor": MUTED, "labelFontSize": 11,
        "labelPadding": 6, "title": None,
    },
    "title": {
        "anchor": "start", "frame": "group", "color": INK, "fontSize": 12, "fontWeight": 600, "offset": 6,
        "subtitleColor": MUTED, "subtitleFontSize": 11,
    },
    "axisY": {"minExtent": 38, "maxExtent": 38},
    "text": {"color": MUTED, "fontSize": 11},
    "line": {"strokeWidth": 2, "strokeJoin": "round"},
    "point": {"filled": True, "size": 28, "strokeWidth": 1.5},
}  # fmt: skip
