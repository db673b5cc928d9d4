-- Mirror of the three catalogue topics: the newest state of every kind/code/version.
CREATE TABLE catalogue_item (
    kind text NOT NULL,
    code text NOT NULL,
    version int NOT NULL,
    topic text NOT NULL,
    record_offset bigint NOT NULL,
    revision bigint NOT NULL,
    item jsonb NOT NULL,
    PRIMARY KEY (kind, code, version)
);
CREATE INDEX catalogue_item_revision ON catalogue_item (revision);

-- One row; its counter grows with every change, so that readers ask for one number a second.
CREATE TABLE catalogue_state (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    revision bigint NOT NULL DEFAULT 0
);
INSERT INTO catalogue_state DEFAULT VALUES;

-- What this service itself has published: unchanged content is not said again.
CREATE TABLE catalogue_published (
    kind text NOT NULL,
    code text NOT NULL,
    version int NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (kind, code, version)
);
