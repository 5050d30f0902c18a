"""Long tests, run by `make soak` only: constant traffic through kills and outages, and a million listings."""
