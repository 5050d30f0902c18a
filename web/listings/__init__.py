"""Pages of the three repositories: lists with facets, details, forms."""
