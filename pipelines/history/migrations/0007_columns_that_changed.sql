-- What the columns hold, and what became of them since the file was last read.

ALTER TABLE read_report ADD COLUMN kinds VARCHAR;
ALTER TABLE read_report ADD COLUMN column_changes VARCHAR;
COMMENT ON COLUMN read_report.kinds IS 'JSON object: column to what its first cells are (number, date, url, mail, text), with the decimal mark or the order of dates.';
COMMENT ON COLUMN read_report.column_changes IS 'JSON array of columns that are not what they were when the file was last read: {"kind": renamed, retyped, dropped or added, "before": name, "after": name, "type_before": kind, "type_after": kind}.';
