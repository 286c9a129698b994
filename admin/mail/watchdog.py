"""The mail that says the jobs have fallen silent: why, what that means, what to do."""

from admin.mail.render import SUBJECT, Rendered, templates


def render_silence(what: str, name: str, base_url: str) -> Rendered:
    root = base_url.rstrip("/")
    subject = f"{SUBJECT}【系统】定时核对没有在运行"
    facts = {"subject": subject, "what": what, "name": name, "base_url": root}
    text, html = (templates().get_template(each).render(facts) for each in ("silence.txt", "silence.html"))
    return Rendered(subject, text, html)
