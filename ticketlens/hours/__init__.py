"""The opening hours of an installation: settings joined with kept holidays, and what a change of them touches."""
