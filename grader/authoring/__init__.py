"""What authors of katas use: scaffolds, checks, calibration, mutants and the learners' version of a pack."""
