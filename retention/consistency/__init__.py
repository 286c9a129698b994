"""Whether the papers of a dossier say the same of the same thing. Pure; `retention/contradictions.py` feeds it."""
