-- Results, refusals, stops and returns recorded long after the moment they state: the clock stopped earlier than
-- anybody said so. `value`: minutes from the one to the other. Legacy registers have none.
SELECT s.dossier, s.event, s.part, s.at, s.recorded_at, s.delay AS value
FROM signal s
WHERE s.kind IN ('resolved', 'refused', 'stopped', 'returned', 'returned_undecided') AND s.delay >= :minutes
