"""Cached data on its way: where it is decoded, what it becomes, and where that leaves without the manager."""
