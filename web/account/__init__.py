"""Accounts: signing up and in, settings, the organisation's page, tokens, being forgotten."""
