"""对接项目: the list and the board, one deal with its timeline, opening one, and every step a person can take on it."""
