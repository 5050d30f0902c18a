"""The three libraries: what their fields are, how they are read, entered, edited and reviewed."""
