"""A page of a PDF as a picture. Owns nothing but the way to the renderer and the limits of asking it."""
