-- What readers report of a dataset, once it was accepted, and what became of it. Addresses are in the inbox alone.

CREATE TABLE feedback (
    night DATE NOT NULL, id VARCHAR NOT NULL, dataset VARCHAR NOT NULL, distribution VARCHAR, col VARCHAR,
    row_named VARCHAR, feedback_kind VARCHAR NOT NULL, feedback_state VARCHAR NOT NULL, language VARCHAR,
    said VARCHAR, shown_by VARCHAR, answer VARCHAR, received_on TIMESTAMP NOT NULL, accepted_on TIMESTAMP NOT NULL,
    due_on DATE NOT NULL, answered_on TIMESTAMP, in_time BOOLEAN, ended_on TIMESTAMP, erased_on TIMESTAMP);
COMMENT ON TABLE feedback IS 'What readers report of a dataset (dqv:UserQualityFeedback), accepted by the operator; never an address.';
COMMENT ON COLUMN feedback.night IS 'The calendar date on which it was received.';
COMMENT ON COLUMN feedback.id IS 'Id of the report.';

CREATE TABLE feedback_event (
    night DATE NOT NULL, feedback VARCHAR NOT NULL, id VARCHAR NOT NULL, feedback_event VARCHAR NOT NULL,
    "at" TIMESTAMP NOT NULL, "by" VARCHAR NOT NULL, said VARCHAR);
COMMENT ON TABLE feedback_event IS 'What happened to a report since it was received: accepted, told, reminded, answered, closed, erased.';
COMMENT ON COLUMN feedback_event.night IS 'The calendar date on which it happened.';
COMMENT ON COLUMN feedback_event."at" IS 'When it happened, in UTC.';
COMMENT ON COLUMN feedback_event."by" IS 'owner, operator or veedor.';
COMMENT ON COLUMN feedback_event.said IS 'The answer; NULL for all else, and once it was erased.';

COMMENT ON COLUMN alert.kind IS 'opened, recovered, reminder, escalation, notice (to the operator), summary or feedback (what readers reported, alone).';

CREATE TABLE alert_feedback (night DATE NOT NULL, alert VARCHAR NOT NULL, feedback VARCHAR NOT NULL);
COMMENT ON TABLE alert_feedback IS 'Of which reports an alert tells.';
