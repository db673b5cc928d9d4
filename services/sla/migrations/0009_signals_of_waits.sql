-- Of a request: the clock stood still for it. Of a closing: before its own rule set's time to answer was over.
ALTER TABLE signal
    ADD COLUMN pauses boolean NOT NULL DEFAULT false,
    ADD COLUMN early boolean;
-- What is measured has changed: all dossiers are traced anew, once; an earlier tracing need not be finished.
UPDATE retrace SET done_at = now() WHERE done_at IS NULL;
INSERT INTO retrace (version, done_at)
SELECT 2, CASE WHEN NOT EXISTS (SELECT FROM dossier) THEN now() END;
