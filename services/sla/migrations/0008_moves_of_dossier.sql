-- The page of one dossier asks which decisions moved it, the list of differences whether any did.
CREATE INDEX deadline_move_dossier ON deadline_move (dossier);
