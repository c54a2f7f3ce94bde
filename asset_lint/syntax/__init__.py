"""Texts and trees; knows nothing of guards."""
