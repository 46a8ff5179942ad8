"""Webhooks: taken at the gate, kept in the mailroom before they are answered, read later by a worker."""
