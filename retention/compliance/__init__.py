"""The rules of the measures as pure functions over plain facts. Reads no database, clock, file upload or network."""
