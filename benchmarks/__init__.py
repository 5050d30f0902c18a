"""Commands that print tables. Nothing here is imported by the platform."""
