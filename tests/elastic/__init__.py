"""A real Elasticsearch for tests and benchmarks: obtained once, run without privileges, gone afterwards."""
