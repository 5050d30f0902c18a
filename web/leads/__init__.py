"""线索: the manager's first page, one lead, and what a manager says to it."""
