"""What the web server refuses before the application is asked, above all a body too large, in the API's own form.

The server must stop such a body itself: the application is only called once all of it has been received.
"""

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask
from waitress.utilities import RequestEntityTooLarge

from admin.api.problems import MEDIA_TYPE, PREFIX, body_of, too_large


class RefusalTask(ErrorTask):
    def execute(self) -> None:
        path = str(getattr(self.request, "path", ""))
        if not (isinstance(self.request.error, RequestEntityTooLarge) and path.startswith(PREFIX)):
            super().execute()
            return
        body = body_of(too_large(self.channel.server.adj.max_request_body_size)).encode()
        self.status = "413 Request Entity Too Large"
        self.response_headers.extend([("Content-Type", MEDIA_TYPE)])
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class RefusingChannel(HTTPChannel):
    """To be set as `channel_class` of a waitress server before it runs."""

    error_task_class = RefusalTask
