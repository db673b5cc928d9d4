"""All SQL of reporting: dossier rows, buckets, figures, imports."""
