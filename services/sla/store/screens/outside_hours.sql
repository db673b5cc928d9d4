-- Entries by officers recorded far from their unit's office hours, by the calendar as it stood when they were heard.
-- `value`: minutes to the nearest office hours; of several entries of a dossier each is one. Legacy registers have none.
SELECT s.dossier, s.event, s.part, s.at, s.recorded_at, s.outside AS value
FROM signal s
WHERE s.outside > 0 AND s.outside >= :minutes
