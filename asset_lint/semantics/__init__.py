"""What the names of a project mean."""
