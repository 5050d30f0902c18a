"""Recommendations on pages: the list under its subject, comparing, passing, asking for an introduction."""
