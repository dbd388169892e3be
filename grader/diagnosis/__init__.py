"""Which misconception a failed submission has."""
