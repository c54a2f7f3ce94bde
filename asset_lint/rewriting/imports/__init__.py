"""
Imports that a fix needs, and those that it leaves without a use: the edits that put them in and take them away.

What is added stands where isort and ruff would sort it, if the file is sorted at all; what is removed takes along what
belongs to it. Every edit counts its position in the text as it was.
"""
