-- What goes out: rows are drawn under the dossier's lock, so `id` orders the events of a dossier.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    key bytea NOT NULL,
    value bytea NOT NULL,
    partition int,
    created_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_analyze_threshold = 100000);

-- How far each partition is applied; moved in the transaction of the effects. Kafka's own offset is a cache of it.
CREATE TABLE stream_offset (
    grp text NOT NULL,
    topic text NOT NULL,
    part int NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (grp, topic, part)
) WITH (fillfactor = 50);

-- The last moment at which a partition was known to be applied to its end.
CREATE TABLE stream_caught_up (
    grp text NOT NULL,
    topic text NOT NULL,
    part int NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (grp, topic, part)
) WITH (fillfactor = 50);

-- The last applied event per dossier and emitter. `recent` holds the last 8 bytes of the ids of up to 16
-- applied events, newest last: it tells a redelivery from a fork.
CREATE TABLE inbox_progress (
    dossier uuid NOT NULL,
    emitter text NOT NULL,
    seq int NOT NULL,
    event_id uuid NOT NULL,
    recent bytea NOT NULL,
    PRIMARY KEY (dossier, emitter)
) WITH (fillfactor = 80);

-- What waits, and why: a gap before it, its dossier is held, or an item of the catalogue is not known yet.
CREATE TABLE inbox (
    dossier uuid NOT NULL,
    emitter text NOT NULL,
    seq int NOT NULL,
    event_id uuid NOT NULL,
    topic text NOT NULL,
    value bytea NOT NULL,
    reason text NOT NULL CHECK (reason IN ('gap', 'held', 'catalogue')),
    detail text NOT NULL DEFAULT '',
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (dossier, emitter, seq)
);
CREATE INDEX inbox_since ON inbox (since);
CREATE INDEX inbox_catalogue ON inbox (dossier) WHERE reason = 'catalogue';

-- Dossiers that wait for an operator.
CREATE TABLE inbox_held (
    dossier uuid PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE dead_letter (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    topic text NOT NULL,
    part int,
    record_offset bigint,
    key bytea,
    value bytea,
    dossier uuid,
    emitter text NOT NULL,
    seq int,
    event_id uuid,
    reason text NOT NULL CHECK (reason IN ('unparsable', 'contract', 'fork', 'poison')),
    detail text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'skipped')),
    settled_at timestamptz,
    settled_by text
);
CREATE INDEX dead_letter_open ON dead_letter (id) WHERE state = 'open';
CREATE INDEX dead_letter_dossier ON dead_letter (dossier) WHERE state = 'open';

-- One row: letters written since the last success. At `patience` the workers stop.
CREATE TABLE breaker (
    grp text PRIMARY KEY,
    letters int NOT NULL DEFAULT 0,
    patience int NOT NULL DEFAULT 20,
    opened_at timestamptz
);

CREATE TABLE idempotency_key (
    staff text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    status int NOT NULL DEFAULT 0,
    body bytea NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (staff, route, key)
);
CREATE INDEX idempotency_key_created ON idempotency_key (created_at);
