"""Spreadsheets into the libraries: read safely, staged, checked by row and field, committed in one transaction."""
