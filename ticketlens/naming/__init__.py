"""Naming: an endpoint that a person named words the names of topics; without one, or in trouble, those found stay."""
