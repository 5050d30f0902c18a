"""Pages: operator."""
