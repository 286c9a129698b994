"""Separator pages: sheets with a code that part the stack a scanner pulls through, and say where what follows belongs."""
