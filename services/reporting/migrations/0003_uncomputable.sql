-- Dossiers whose deadline cannot be computed are counted by themselves, no longer as open in time.
WITH failing AS (
    SELECT received_at, ended_at, coalesce(moved_unit, received_unit, '') AS unit, coalesce(level, '') AS level,
           coalesce(province, '') AS province, coalesce(field, '') AS field,
           coalesce(procedure_code, '') AS procedure_code, coalesce(channel, '') AS channel
    FROM dossier WHERE state = 'error' AND NOT voided AND received_at IS NOT NULL
), moved AS (
    SELECT 'r'::"char" AS basis, received_at AS at, 'open_in_time' AS outcome, -1 AS n, failing.* FROM failing
    UNION ALL SELECT 'r', received_at, 'uncomputable', 1, failing.* FROM failing
    UNION ALL SELECT 'o', ended_at, 'uncomputable', 1, failing.* FROM failing WHERE ended_at IS NOT NULL
)
INSERT INTO bucket AS b (basis, day, unit, level, province, field, procedure_code, channel, outcome, n)
SELECT basis, (at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, unit, level, province, field, procedure_code, channel,
       outcome, sum(n)::int
FROM moved GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
ON CONFLICT (basis, day, unit, field, procedure_code, channel, outcome, level, province)
DO UPDATE SET n = b.n + EXCLUDED.n;
