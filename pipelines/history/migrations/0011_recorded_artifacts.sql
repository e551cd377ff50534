-- Which bytes the artifacts of a run had: bytes that are known give the blocks that they gave, and are not read again.

CREATE TABLE recorded_artifact (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, artifact VARCHAR NOT NULL, hash UBIGINT NOT NULL);
COMMENT ON TABLE recorded_artifact IS 'Hash of the bytes of artifacts, and of how they become rows.';
