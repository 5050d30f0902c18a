"""What anybody sees first: the home page with its box, the search over all three, how we rank, what we keep."""
