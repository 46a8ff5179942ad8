"""The helpdesk accounts: what was entered of each, how its last pull went, and the pull itself."""
