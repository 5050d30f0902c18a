"""Pages of patent lists: the list, one right, the bundles to confirm."""
