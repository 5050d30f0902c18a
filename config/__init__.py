"""What may differ between installations: settings from the environment, rankers, vocabularies, clauses as data."""
