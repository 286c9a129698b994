"""The web application: composing it, sessions, security headers, health; the pages are in `pages/`."""
