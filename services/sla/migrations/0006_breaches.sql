-- Facts that break a rule of the rule set (a second supplement, a filing answered late): how many a dossier has.
ALTER TABLE dossier ADD COLUMN breaches smallint NOT NULL DEFAULT 0;
CREATE INDEX dossier_breaches ON dossier (id) WHERE breaches > 0;
