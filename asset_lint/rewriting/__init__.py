"""Fixes: which call takes the place of a construction, how the manager is reached, and the edits that do it."""
