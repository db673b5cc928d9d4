-- Requests for an extension that were refused: nothing was said of them, so they are kept here.
CREATE TABLE refused_extension (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    dossier uuid NOT NULL,
    rule text NOT NULL,                             -- the machine's code: extension.max, extension.too_late
    source text NOT NULL,                           -- the article, in words; '' for none
    staff uuid NOT NULL,                            -- who asked: an opaque id
    due_at timestamptz                              -- the appointment that held
);
CREATE INDEX refused_extension_order ON refused_extension (at, id);
CREATE INDEX refused_extension_dossier ON refused_extension (dossier);
