"""A small Twilio: REST and Content API with state, signed webhooks, and faults on demand.

`async with TwilioServer() as twilio:` serves on a free port of 127.0.0.1; give `twilio.url` as
`api_url` to the channel. Or run it: `python -m tests.peers.twilio_server --port 4010`.
"""

import argparse
import asyncio
import base64
import itertools
import json
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Self
from urllib.parse import urlencode, urlsplit, urlunsplit

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.peers.twilio_resources import (
    ACCOUNT,
    KEY,
    KEY_SECRET,
    NUMBER,
    SERVICE,
    TOKEN,
    WHATSAPP,
    listed,
    problem,
    received,
)

PROGRESS = {"accepted": "sending", "queued": "sending", "sending": "sent"}


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one POST /Messages."""

    status: int = 0
    """Answer with this status (and `code`), without taking the message."""
    code: int | None = None
    message: str = "made up by the test"
    headers: Mapping[str, str] = field(default_factory=dict)
    slow: float = 0.0
    """Seconds to wait before answering."""
    held: asyncio.Event | None = None
    """Answer only once this is set."""
    taken: bool = False
    """The message is taken all the same."""
    cut: bool = False
    """Cut the connection instead of answering."""
    body: str | None = None
    """Answer with this body."""

    async def wait(self) -> None:
        """Until it is time to answer."""
        await asyncio.sleep(self.slow)
        if self.held:
            await self.held.wait()


class TwilioServer:
    """One account; everything it was asked and everything it holds can be looked at."""

    def __init__(self, *, token: str = TOKEN, webhooks_at: str | None = None) -> None:
        self.token = token
        self.webhooks_at = webhooks_at
        """Where our own server really listens: callbacks keep their path, signed as public."""
        self.url = ""
        self.account = {"sid": ACCOUNT, "status": "active", "friendly_name": "Toko Sinar",
                        "type": "Full"}  # fmt: skip
        self.messages: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str, dict[str, Any]]] = []
        self.received: list[dict[str, Any]] = []
        """What customers wrote, as the list of messages shows it."""
        self.away = False
        """Nobody answers our webhooks."""
        self.faults: deque[Fault] = deque()
        self.files: dict[str, tuple[bytes, str]] = {}
        """Media sid -> content and type of what customers sent."""
        self.file_faults: deque[Fault] = deque()
        """What goes wrong with the next files asked for: `status`, `slow`."""
        self.asked_for_files = 0
        self.opted_out: set[str] = set()
        self.takes_ids = False
        """Whether the account may write to business-scoped ids."""
        self.stuck = False
        """Messages stay in the queue."""
        self.odd: dict[str, web.Response] = {}  # end of a path -> what is answered there instead
        self.number: dict[str, Any] = {"sid": "PN" + "c" * 32, "phone_number": NUMBER,
                                       "sms_url": "", "sms_method": "POST",
                                       "sms_application_sid": ""}  # fmt: skip
        self.service: dict[str, Any] = {"sid": SERVICE, "friendly_name": "toko",
                                        "inbound_request_url": None,
                                        "use_inbound_webhook_on_number": False}  # fmt: skip
        self.sender: dict[str, Any] = {"sid": "XE" + "d" * 32, "sender_id": f"whatsapp:{WHATSAPP}",
                                       "status": "ONLINE", "webhook": {}}  # fmt: skip
        self.contents: list[dict[str, Any]] = []
        self.page = 50
        self._sids = itertools.count(1)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        self._runner = web.AppRunner(self._app(), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    # What a test does as the world outside.

    async def report(
        self,
        sid: str,
        *words: str,
        code: int | None = None,
        copies: int = 1,
        shuffle: random.Random | None = None,
    ) -> list[int]:
        """Send status callbacks, perhaps repeated and out of order; gives our answers."""
        message = self._message(sid)
        calls = [word for word in words for _ in range(copies)]
        if shuffle:
            shuffle.shuffle(calls)
        message["status"] = words[-1]
        return [await self._call(message["status_callback"], self.callback(message, word, code))
                for word in calls]  # fmt: skip

    async def customer_writes(self, body: str, **fields: str) -> int:
        """A customer's message on WhatsApp, or what `fields` say; gives our answer's status."""
        sid = self._next_sid("SM")
        form = {
            "MessageSid": sid, "SmsMessageSid": sid, "SmsSid": sid, "AccountSid": ACCOUNT,
            "From": "whatsapp:+6281200000001", "WaId": "6281200000001", "ProfileName": "Ana",
            "To": f"whatsapp:{WHATSAPP}", "Body": body, "NumMedia": "0", "NumSegments": "1",
            "SmsStatus": "received", "ApiVersion": "2010-04-01", **fields,
        }  # fmt: skip
        self.received.append(received(form))
        whatsapp = form["From"].startswith("whatsapp:")
        url = self.sender["webhook"].get("callback_url") if whatsapp else self.number["sms_url"]
        return await self._call(url, form)

    async def customer_sends(self, content: bytes, content_type: str, **fields: str) -> int:
        """A customer's message with a file; `fields` as in `customer_writes`."""
        sid = self._next_sid("ME")
        self.files[sid] = (content, content_type)
        url = f"{self.url}/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/{sid}"
        told = {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": content_type}
        return await self.customer_writes("", **told, **fields)

    def callback(self, message: Mapping[str, Any], word: str, code: int | None) -> dict[str, str]:
        """The form of one status callback."""
        form = {
            "MessageSid": message["sid"], "SmsSid": message["sid"], "AccountSid": ACCOUNT,
            "MessageStatus": word, "SmsStatus": word, "To": message["to"],
            "From": message["from"] or "", "ApiVersion": "2010-04-01",
        }  # fmt: skip
        return {**form, "ErrorCode": str(code)} if code else form

    def sign(self, url: str, form: Mapping[str, str]) -> str:
        return str(RequestValidator(self.token).compute_signature(url, dict(form)))

    async def _call(self, url: str, form: Mapping[str, str]) -> int:
        if self.away:
            return 502
        headers = {"X-Twilio-Signature": self.sign(url, form),
                   "Content-Type": "application/x-www-form-urlencoded"}  # fmt: skip
        there = urlsplit(self.webhooks_at or url)
        real = urlunsplit(urlsplit(url)._replace(scheme=there.scheme, netloc=there.netloc))
        async with (
            aiohttp.ClientSession() as session,
            session.post(real, data=urlencode(form), headers=headers) as answer,
        ):
            return answer.status

    # The REST API.

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        base = f"/2010-04-01/Accounts/{ACCOUNT}"
        app.add_routes(
            [
                web.get(f"{base}.json", self._answer(lambda _: self.account)),
                web.post(f"{base}/Messages.json", self._create),
                web.get(f"{base}/Messages.json", self._list),
                web.get(base + "/Messages/{sid}.json", self._fetch),
                web.get(base + "/Messages/{sid}/Media.json", self._files_of),
                web.get(base + "/Messages/{sid}/Media/{file}", self._file),
                web.get(f"{base}/IncomingPhoneNumbers.json", self._numbers),
                web.post(base + "/IncomingPhoneNumbers/{sid}.json", self._update_number),
                web.get("/v1/Services/{sid}", self._get_service),
                web.post("/v1/Services/{sid}", self._update_service),
                web.get("/v2/Channels/Senders", self._senders),
                web.post("/v2/Channels/Senders/{sid}", self._update_sender),
                web.post("/v2/Indicators/Typing.json", self._answer(lambda _: {"success": True})),
                web.get("/v1/ContentAndApprovals", self._contents),
            ]
        )
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        pairs = (f"{ACCOUNT}:{self.token}", f"{KEY}:{KEY_SECRET}")
        known = ["Basic " + base64.b64encode(pair.encode()).decode() for pair in pairs]
        if request.headers.get("Authorization") not in known:
            return problem(401, 20003, "Authenticate")
        form: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            form = json.loads(await request.text())
        elif request.can_read_body:
            form = dict(await request.post())
        self.requests.append((request.method, request.path, form))
        if not 1 <= int(request.query.get("PageSize", 50)) <= 1000:
            return problem(400, 20001, "Invalid PageSize")
        for end, odd in self.odd.items():
            if request.path.endswith(end):
                return web.Response(body=odd.body, status=odd.status, headers=odd.headers)
        try:
            response: web.StreamResponse = await handler(request)
        except web.HTTPNotFound:
            return problem(404, 20404, "The requested resource was not found")
        return response

    def _answer(self, of: Any) -> Any:
        async def handler(request: web.Request) -> web.Response:
            return web.json_response(of(request))

        return handler

    async def _create(self, request: web.Request) -> web.StreamResponse:
        form = dict(await request.post())
        fault = self.faults.popleft() if self.faults else Fault(taken=True)
        refusal = self._refusal(form)
        message = self._take(form) if fault.taken and not refusal else {}
        await fault.wait()
        if fault.cut:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault.body is not None:
            return web.Response(text=fault.body, status=fault.status or 201)
        if fault.status:
            return problem(fault.status, fault.code, fault.message, fault.headers)
        return refusal or web.json_response(message, status=201)

    def _take(self, form: Mapping[str, Any]) -> dict[str, Any]:
        message = {
            "sid": self._next_sid("SM"), "account_sid": ACCOUNT, "to": form["To"],
            "from": form.get("From"), "body": self._body(form), "direction": "outbound-api",
            "num_media": "1" if form.get("MediaUrl") else "0", "error_code": None,
            "status": "accepted" if form.get("MessagingServiceSid") else "queued",
            "status_callback": form.get("StatusCallback"),
            "date_created": format_datetime(datetime.now(UTC)), "date_sent": None,
        }  # fmt: skip
        self.messages.append(message)
        return message

    def _body(self, form: Mapping[str, Any]) -> str:
        content = self._content(form.get("ContentSid"))
        if content is None:
            return str(form.get("Body", ""))
        values = content["variables"] | json.loads(str(form.get("ContentVariables", "{}")))
        if "whatsapp/authentication" in content["types"]:
            return f"*{values['1']}* adalah kode verifikasi Anda. Jangan bagikan kode ini."
        body = str(next(iter(content["types"].values())).get("body", ""))
        for name, value in values.items():
            body = body.replace("{{" + name + "}}", value)
        return body

    def _refusal(self, form: Mapping[str, Any]) -> web.Response | None:
        """The checks Twilio makes at once, in its words."""
        to = str(form.get("To", "")).removeprefix("whatsapp:")
        sender = form.get("From")
        checks = (
            (sender or form.get("MessagingServiceSid"), 21603, "A 'From' number is required"),
            (sender in (None, f"whatsapp:{WHATSAPP}", NUMBER), 21606, "not a valid sender"),
            (to[1:].isdigit() or self.takes_ids, 21211, f"The 'To' number +{to[3:]} is not valid"),
            (form.get("Body") or form.get("MediaUrl") or form.get("ContentSid"), 21619, "no body"),
            (len(str(form.get("Body", ""))) <= 1600, 21617, "The body exceeds 1600 characters"),
            (not form.get("ContentVariables") or form.get("ContentSid"), 21654, "ContentSid"),
            (not form.get("ContentSid") or self._content(form["ContentSid"]), 21655, "content"),
            (to not in self.opted_out, 21610, "Attempt to send to unsubscribed recipient"),
        )
        for well, code, words in checks:
            if not well:
                return problem(400, code, words)
        return None

    async def _list(self, request: web.Request) -> web.Response:
        start, size = int(request.query.get("Page", 0)), self.page
        newest = listed(self.messages + self.received, request.query)
        rows = newest[start * size : (start + 1) * size]
        more = len(newest) > (start + 1) * size
        uri = f"{request.path}?{urlencode({**request.query, 'Page': start + 1})}"
        return web.json_response({"messages": rows, "next_page_uri": uri if more else None})

    async def _fetch(self, request: web.Request) -> web.Response:
        message = self._message(request.match_info["sid"])
        if not self.stuck:
            message["status"] = PROGRESS.get(message["status"], message["status"])
        return web.json_response(message)

    async def _files_of(self, request: web.Request) -> web.Response:
        rows = [{"sid": sid, "content_type": type_} for sid, (_, type_) in self.files.items()
                if sid in self._message(request.match_info["sid"]).get("files", ())]  # fmt: skip
        return web.json_response({"media_list": rows})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        self.asked_for_files += 1
        fault = self.file_faults.popleft() if self.file_faults else Fault()
        await fault.wait()
        if fault.status:
            return problem(fault.status, fault.code, fault.message)
        if request.match_info["file"] not in self.files:
            raise web.HTTPNotFound
        content, content_type = self.files[request.match_info["file"]]
        return web.Response(body=content, content_type=content_type)

    async def _numbers(self, request: web.Request) -> web.Response:
        asked = request.query.get("PhoneNumber", NUMBER)
        rows = [self.number] if asked == self.number["phone_number"] else []
        return web.json_response({"incoming_phone_numbers": rows})

    async def _update_number(self, request: web.Request) -> web.Response:
        form = await request.post()
        names = {"sms_url": "SmsUrl", "sms_method": "SmsMethod",
                 "sms_application_sid": "SmsApplicationSid"}  # fmt: skip
        self.number |= {ours: form[name] for ours, name in names.items() if name in form}
        return web.json_response(self.number)

    async def _get_service(self, request: web.Request) -> web.Response:
        if request.match_info["sid"] != SERVICE:
            raise web.HTTPNotFound
        return web.json_response(self.service)

    async def _update_service(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.service |= {
            "inbound_request_url": form["InboundRequestUrl"],
            "use_inbound_webhook_on_number": form["UseInboundWebhookOnNumber"] == "true",
        }
        return web.json_response(self.service)

    async def _senders(self, request: web.Request) -> web.Response:
        return web.json_response({"senders": [self.sender], "meta": {"key": "senders"}})

    async def _update_sender(self, request: web.Request) -> web.Response:
        self.sender["webhook"] |= (await request.json())["webhook"]
        return web.json_response(self.sender, status=202)

    async def _contents(self, request: web.Request) -> web.Response:
        return web.json_response({"contents": self.contents, "meta": {"key": "contents"}})

    def _content(self, sid: Any) -> dict[str, Any] | None:
        return next((each for each in self.contents if each["sid"] == sid), None)

    def _message(self, sid: str) -> dict[str, Any]:
        both = self.messages + self.received
        found = next((each for each in both if each["sid"] == sid), None)
        if found is None:
            raise web.HTTPNotFound
        return found

    def _next_sid(self, prefix: str) -> str:
        return f"{prefix}{next(self._sids):032x}"


async def _serve(port: int, webhooks_at: str | None) -> None:
    server = TwilioServer(webhooks_at=webhooks_at)
    await server.start(port)
    print(f"Twilio plays at {server.url}, account {ACCOUNT}, token {TOKEN}")
    await asyncio.Event().wait()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=4010)
    arguments.add_argument(
        "--webhooks-at", help="where Akrab listens, such as http://127.0.0.1:8000"
    )
    chosen = arguments.parse_args()
    asyncio.run(_serve(chosen.port, chosen.webhooks_at))
