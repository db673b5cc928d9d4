-- Which calendars of their own open late dossiers have: found a key at a time, in the country, in a unit, and as of then.
CREATE INDEX dossier_late_unit_local ON dossier (competent_unit, late_calendar)
WHERE late_since IS NOT NULL AND ended_at IS NULL AND late_calendar <> '';
CREATE INDEX late_history_local ON late_history (late_calendar)
WHERE late_since IS NOT NULL AND ended_at IS NULL AND late_calendar <> '';
