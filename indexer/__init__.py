"""The projection of the database into a search index, both ways; it may be deleted and rebuilt at any time."""
