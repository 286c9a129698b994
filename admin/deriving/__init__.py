"""Derived things made anew when an engine improved: what there is of them, which are older, and making them in bulk."""
