"""代拟需求: a manager writes down what an enterprise needs; the enterprise reads it whole and takes it over, or not."""
