-- Incidents: one condition of one dataset from its beginning to its end, and what people answered.

ALTER TABLE transition ADD COLUMN incident VARCHAR;
COMMENT ON COLUMN transition.incident IS 'The incident that it belongs to; NULL before there were any.';
ALTER TABLE transition ADD COLUMN resolution VARCHAR;
COMMENT ON COLUMN transition.resolution IS 'Why it is no longer followed, when it is closed: rules_changed, settled or withdrawn.';
COMMENT ON TABLE transition IS 'A condition of a dataset opened, worsened, recovered, or is no longer followed (closed).';

ALTER TABLE alert ADD COLUMN told VARCHAR;
ALTER TABLE alert ADD COLUMN channels VARCHAR;
COMMENT ON COLUMN alert.told IS 'JSON array: the names of whoever else was told.';
COMMENT ON COLUMN alert.channels IS 'JSON array: the channels besides the file in the outbox.';
COMMENT ON COLUMN alert.kind IS 'opened, recovered, reminder, escalation, notice (to the operator) or summary.';

CREATE TABLE alert_reminder (night DATE NOT NULL, alert VARCHAR NOT NULL, incident VARCHAR NOT NULL);
COMMENT ON TABLE alert_reminder IS 'Of which incidents an alert reminds.';

CREATE TABLE incident (
    night DATE NOT NULL, id VARCHAR NOT NULL, dataset VARCHAR NOT NULL, condition VARCHAR NOT NULL,
    state VARCHAR NOT NULL, rules VARCHAR, severity VARCHAR, first_seen DATE, opened_on DATE,
    "before" DOUBLE, "after" DOUBLE, worst DOUBLE, cause VARCHAR, held VARCHAR, told_on DATE,
    reminded INTEGER, reminded_on DATE, escalated_on DATE, muted_until DATE, reopened INTEGER,
    resolved_on DATE, resolution VARCHAR, col VARCHAR);
COMMENT ON TABLE incident IS 'An incident as it was after a night on which something of it changed; its newest row is how it stands.';
COMMENT ON COLUMN incident.state IS 'open, acknowledged, muted or resolved.';
COMMENT ON COLUMN incident.first_seen IS 'The first bad night.';
COMMENT ON COLUMN incident.opened_on IS 'The night on which it was believed.';
COMMENT ON COLUMN incident.worst IS 'The worst value since, in the unit of "after".';
COMMENT ON COLUMN incident.cause IS 'The incident of which it is a consequence; its own id when it is none.';
COMMENT ON COLUMN incident.held IS 'Why its owner is not told of it; empty when nothing keeps it.';
COMMENT ON COLUMN incident.told_on IS 'The last night on which the owner was told that it is there.';
COMMENT ON COLUMN incident.resolution IS 'How it ended: mended, rules_changed, settled (the new normal) or withdrawn.';

CREATE TABLE incident_action (
    night DATE NOT NULL, id VARCHAR NOT NULL, incident VARCHAR NOT NULL, kind VARCHAR NOT NULL,
    "at" TIMESTAMP, "by" VARCHAR, until DATE);
COMMENT ON TABLE incident_action IS 'What people answered to an alert: one row for each incident that an answer is about.';
COMMENT ON COLUMN incident_action.kind IS 'acknowledge, mute, unmute, dispute, ask or release.';
COMMENT ON COLUMN incident_action."by" IS 'owner or operator.';

CREATE TABLE incident_action_text (night DATE NOT NULL, id VARCHAR NOT NULL, text VARCHAR);
COMMENT ON TABLE incident_action_text IS 'PRIVATE. What somebody wrote with an answer; never published.';

CREATE TABLE judged_dataset (
    night DATE NOT NULL, dataset VARCHAR NOT NULL, access VARCHAR, listed BOOLEAN, moved_to VARCHAR, usable BOOLEAN,
    whole BOOLEAN, content VARCHAR, modified DATE, as_of DATE, changed_on DATE, period_days DOUBLE, "rows" BIGINT,
    rows_lost BIGINT, rules VARCHAR, score_rules VARCHAR, software VARCHAR, contact_dead BOOLEAN);
COMMENT ON TABLE judged_dataset IS 'What detection saw of each dataset on each night that was judged; later nights are compared with it.';
COMMENT ON COLUMN judged_dataset.access IS 'reached, out_of_reach, turned_away (for being us) or unknown.';
COMMENT ON COLUMN judged_dataset.content IS 'Hash of the records of its files; equal on two nights when the data are.';
