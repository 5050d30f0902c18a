"""Pages: introductions."""
