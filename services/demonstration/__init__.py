"""What the demonstration content is made of: files read into rows, and their shipped vectors."""
