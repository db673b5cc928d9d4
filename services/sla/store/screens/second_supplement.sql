-- Requests for supplement after the first, counted from reception on; taken back ones never were.
-- `value`: which request it is.
SELECT s.dossier, s.event, s.part, s.at, s.recorded_at, s.number::int AS value
FROM signal s
WHERE s.kind IN ('supplement_requested', 'intake_supplement_requested') AND s.number >= :number
