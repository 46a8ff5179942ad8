"""Our figures against a helpdesk's own, ticket by ticket, with the reason of each difference. Pure functions."""
