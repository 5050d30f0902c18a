"""Pages of importing spreadsheets: choose, upload, watch, read the report, confirm."""
