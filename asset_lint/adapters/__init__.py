"""Front doors of other programs."""
