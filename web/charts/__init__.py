"""Charts drawn on the server: Vega-Lite specs, drawn by vl-convert offline; `drawing` makes the SVG ours."""
