"""A scripted year: histories of many projects, lived through by the real system and foretold by a slow model beside it."""
