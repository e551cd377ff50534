"""Floor 6: expectation suites, and what they say of a table. The only floor that knows Great Expectations."""
