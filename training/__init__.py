"""Scripts that make what ships as numbers: the embedding model, the ranker's data, the IDF. Run by hand, seeded, resumable."""
