"""Floor 7: from evidence to DQV quality measurements, scores and verdicts. Pure functions, no files, no network."""
