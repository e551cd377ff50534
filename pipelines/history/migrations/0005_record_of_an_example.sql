-- A row number means nothing once the file has changed: which record it was stays.

ALTER TABLE expectation_example ADD COLUMN record VARCHAR;
COMMENT ON COLUMN expectation_example.record IS 'What tells the row from others: the values of the suite''s key as published, personal ones masked; NULL without a key in the table.';
COMMENT ON COLUMN transition.examples IS 'JSON array of failing rows: {"row": n, "value": text, "record": text}.';
