"""
What a manager does, in which order: its maps, lookups, stores and constructions, locks and awaits.

``units.py`` says which code is the manager's, ``running.py`` and what it calls follow every way through it, and
``reading.py`` is asked by the rules.
"""
