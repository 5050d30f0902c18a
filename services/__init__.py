"""Use cases: one file a family, one transaction each. They load facts, ask the pure rooms, write the result."""
