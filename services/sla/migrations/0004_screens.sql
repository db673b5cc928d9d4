-- What stands out in how dossiers were entered, and the letters of apology: both follow from the facts of a row,
-- and are rewritten where a fold finds others. Most dossiers have neither.
CREATE TABLE signal (
    dossier uuid NOT NULL,
    event uuid NOT NULL,
    part smallint NOT NULL,                         -- step of an imported history
    kind text NOT NULL,
    at timestamptz NOT NULL,                        -- the moment the entry states
    recorded_at timestamptz,                        -- when it was recorded; none in a legacy register
    delay int,                                      -- minutes from the one to the other
    outside int,                                    -- minutes from office hours at recording; 0 within them
    number smallint NOT NULL,                       -- of requests for supplement: which one
    days int,                                       -- see services/sla/domain/signals.py
    grounded boolean NOT NULL,                      -- a legal ground is named
    PRIMARY KEY (dossier, event, part)
);
CREATE INDEX signal_kind ON signal (kind, at, dossier);
CREATE INDEX signal_outside ON signal (at, dossier) WHERE outside > 0;

CREATE TABLE apology (
    dossier uuid PRIMARY KEY,
    letters text CHECK (letters IN ('extended', 'in_time', 'too_late')),
    at timestamptz NOT NULL,                        -- the first letter, else the first refused extension
    letter_at timestamptz,                          -- the letter that counts
    reason text,
    responsible_unit text,
    signed_by uuid,
    new_due_at timestamptz,
    refused smallint NOT NULL                       -- extensions beyond what the rule set allows
);
CREATE INDEX apology_letters ON apology (letters, at, dossier) WHERE letters IS NOT NULL;
CREATE INDEX apology_refused ON apology (at, dossier) WHERE refused > 0;

-- Who closes many at once: legacy registers know only days.
CREATE INDEX dossier_ended_live ON dossier (ended_at, id) WHERE ended_at IS NOT NULL AND origin = 'live';

-- Thresholds of the screens where somebody changed them; every change is kept.
CREATE TABLE threshold (
    screen text NOT NULL,
    name text NOT NULL,
    value int NOT NULL,
    PRIMARY KEY (screen, name)
);
CREATE TABLE threshold_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    screen text NOT NULL,
    name text NOT NULL,
    before int NOT NULL,
    after int NOT NULL,
    at timestamptz NOT NULL,
    staff uuid NOT NULL
);
CREATE INDEX threshold_change_screen ON threshold_change (screen, id);
