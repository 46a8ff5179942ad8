"""Charts drawn on the server: Altair writes the spec, vl-convert draws it, `drawing` makes it ours."""
