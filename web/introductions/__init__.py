"""引荐: the list of both sides, one request, asking and answering."""
