-- What a failed attempt to deliver says of the next one, and when that is.

ALTER TABLE notification ADD COLUMN failure VARCHAR;
ALTER TABLE notification ADD COLUMN next_on TIMESTAMP;
COMMENT ON COLUMN notification.state IS
    'sending, sent, failed, given_up, bounced (sent, and it came back) or withheld (delivery was not live).';
COMMENT ON COLUMN notification.failure IS
    'later, soon, recipient (a dead address), refused (this message) or channel; empty when nothing failed.';
COMMENT ON COLUMN notification.next_on IS 'When it is tried again at the earliest, in UTC; NULL when it is not.';
