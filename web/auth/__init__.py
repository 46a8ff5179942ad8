"""Who may come in: sign-in by password or one-time link, sessions, tokens, and the guard at every door."""

from web.auth.guard import OPEN, guard_doors, needs
from web.auth.views import auth

__all__ = ["OPEN", "auth", "guard_doors", "needs"]
