-- Dossiers stored before signals and letters were kept get theirs from their facts, once, in chunks.
CREATE TABLE retrace (
    version smallint PRIMARY KEY,
    after uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    done_at timestamptz
);
INSERT INTO retrace (version, done_at)
SELECT 1, CASE WHEN NOT EXISTS (SELECT FROM dossier) THEN now() END;
