-- Which part of a file was asked for, without which two readings of the same bytes cannot be told apart.

ALTER TABLE distribution ADD COLUMN part VARCHAR;
COMMENT ON COLUMN distribution.part IS 'The member, sheet or record_path that sources.yaml asks for, as JSON; NULL when the content of the file decides.';
