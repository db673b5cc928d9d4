-- Receptions recorded long after the moment they state; a correction of that moment counts like a reception.
-- `value`: minutes from the stated reception to its recording. Legacy registers have none.
SELECT s.dossier, s.event, s.part, s.at, s.recorded_at, s.delay AS value
FROM signal s
WHERE s.kind IN ('received', 'corrected') AND s.delay >= :minutes
