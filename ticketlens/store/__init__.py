"""Where everything is kept: one contract (`base`), and the stores that keep it."""
