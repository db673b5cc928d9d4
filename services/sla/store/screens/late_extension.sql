-- Extensions issued on the day of the appointment that then held or after it, whether or not they moved anything.
-- `value`: days from the appointment to the extension (negative: before it).
SELECT s.dossier, s.event, s.part, s.at, s.recorded_at, s.days AS value
FROM signal s
WHERE s.kind = 'extended' AND s.days >= :days
