"""Routing's rules, pure: where a dossier goes, who holds it, and which step may follow which."""
