"""Demo tickets of one invented web shop and its app, with the truth about them for tests to read."""

from ticketlens.demo.generator import DemoTicket, generate, to_ndjson_row
from ticketlens.demo.plan import Truth, truth

__all__ = ["DemoTicket", "Truth", "generate", "to_ndjson_row", "truth"]
