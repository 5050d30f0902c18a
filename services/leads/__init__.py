"""线索: made after publication, ranked for each manager, answered by them."""
