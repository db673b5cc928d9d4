-- Which unit held a dossier when: `moves` is what routing said, [microseconds since 1970, from, to], `path` what of it
-- concerns the competent unit, [microseconds, unit]. `moved_unit` stays the path's end.
ALTER TABLE dossier ADD COLUMN moves jsonb, ADD COLUMN path jsonb;
-- Moves heard before: their moment is the succession's. Where the catalogue has none (two moves in a row), the last
-- unit counts for every moment, as before; reading the topics anew gives the moments.
UPDATE dossier AS d
SET moves = jsonb_build_array(jsonb_build_array(x.at, d.received_unit, d.moved_unit)),
    path = jsonb_build_array(jsonb_build_array(x.at, d.moved_unit))
FROM (
    SELECT o.id, coalesce(min(extract(epoch FROM (i.item->'data'->>'on')::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh')),
                          0)::bigint * 1000000 AS at
    FROM dossier o
    LEFT JOIN catalogue_item i ON i.kind = 'succession' AND i.item->'data'->>'from_unit' = o.received_unit
                              AND i.item->'data'->>'to_unit' = o.moved_unit
    WHERE o.moved_unit IS NOT NULL AND o.received_unit IS NOT NULL
    GROUP BY o.id
) AS x
WHERE x.id = d.id;
