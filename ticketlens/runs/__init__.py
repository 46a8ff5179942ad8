"""Runs: what one found, how it differs from what people see, and how it takes its place."""
