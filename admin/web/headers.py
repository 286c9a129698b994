"""Security headers of every answer. Owns what a browser may load and do; must not know pages or people."""

from flask import Flask, Response, request

# Everything comes from this installation; Bootstrap's style sheet carries its small pictures as data: addresses.
CONTENT_SECURITY_POLICY = "; ".join((
    "default-src 'self'", "img-src 'self' data:", "object-src 'none'", "base-uri 'none'", "form-action 'self'",
    "frame-ancestors 'none'"))
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
YEAR_SECONDS = 31_536_000


def register(app: Flask, https: bool) -> None:
    """`https`: the archive is reached over TLS, so browsers may be told to insist on it."""
    @app.after_request
    def add(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_SECONDS}")
        if "Cache-Control" not in response.headers and not (request.endpoint or "").endswith("static"):
            response.headers["Cache-Control"] = "no-store"  # records must not stay on a shared computer
        return response
