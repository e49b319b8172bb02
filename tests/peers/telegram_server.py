"""A small Telegram: the Bot API's wire format with state, updates, and faults on demand.

`async with TelegramServer() as telegram:` serves on a free port of 127.0.0.1; give
`telegram.url` as `api_url` to the channel. Or run it:
`python -m tests.peers.telegram_server --port 4020`.
"""

import argparse
import asyncio
import itertools
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from aiohttp import web

BOT_ID = 700000001
TOKEN = f"{BOT_ID}:AA-a-token-of-nobody-0000000000000"
USERNAME = "TokoSinarBot"
ANA, BUDI, GROUP, SUPERGROUP = 5100000001, 5100000002, -4200000001, -1004200000002
DATA_BYTES, TEXT, CAPTION = 64, 4096, 1024
PHRASES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
           409: "Conflict", 429: "Too Many Requests", 500: "Internal Server Error"}  # fmt: skip
SENDS = ("photo", "animation", "video", "audio", "voice", "document")

VERBATIM = ("text", "caption", "callback_query_id", "pre_checkout_query_id", "shipping_query_id",
            "file_id", "secret_token", "url")  # fmt: skip

Params = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call."""

    status: int = 0
    """Answer with this status, without doing what was asked."""
    description: str = "made up by the test"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    slow: float = 0.0
    """Seconds to wait before answering."""
    drip: float = 0.0
    """Seconds between the bytes of an answer that never ends."""
    taken: bool = False
    """It is done all the same."""
    cut: bool = False
    """Cut the connection instead of answering."""
    body: str | None = None
    """Answer with this body."""
    method: str = ""
    """Only for this method, such as "sendmessage"; others pass before it."""


class Refusal(Exception):
    """An answer with `ok: false`."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.answer = problem(status, description, parameters)


class TelegramServer:
    """One bot; everything it was asked and everything it holds can be looked at."""

    def __init__(self, *, token: str = TOKEN, webhooks_at: str | None = None) -> None:
        self.token = token
        self.webhooks_at = webhooks_at
        """Where our own server really listens: webhooks keep their path."""
        self.url = ""
        self.calls: list[tuple[str, Params]] = []
        self.messages: list[dict[str, Any]] = []
        self.updates: list[dict[str, Any]] = []
        self.faults: deque[Fault] = deque()
        self.webhook: dict[str, Any] = {"url": "", "pending_update_count": 0,
                                        "has_custom_certificate": False}  # fmt: skip
        self.secret = ""
        self.business = False
        """Whether Business accounts may connect the bot."""
        self.topics: set[int] = set(range(100))
        """The topics that have not been deleted."""
        self.blocked: set[int] = set()
        self.chats = {ANA, BUDI, GROUP}
        self.migrated: dict[int, int] = {}
        self.queries: set[str] = set()
        """Callback queries that may still be answered."""
        self.files: dict[str, tuple[str, bytes, int]] = {}
        """File id -> path, content, the size that getFile tells."""
        self.polling = 0
        self._ids = itertools.count(100)
        self._update_ids = itertools.count(880000001)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def start(self, port: int = 0) -> None:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.*}", self._file)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    def asked(self, method: str) -> list[Params]:
        """The parameters of every call of a method, JSON ones read."""
        return [params for name, params in self.calls if name == method.lower()]

    # What a test does as the world outside.

    def happens(self, update_id: int | None = None, **kind: Any) -> dict[str, Any]:
        """An update, such as `message={…}`; waits for getUpdates and is given for `deliver`."""
        update = {"update_id": next(self._update_ids) if update_id is None else update_id, **kind}
        self.updates.append(update)
        return update

    def said(self, text: str, user: int = ANA, **keys: Any) -> dict[str, Any]:
        """A message as a person sends it in a private chat."""
        return {
            "message_id": next(self._ids), "date": int(time.time()), "text": text,
            "chat": {"id": user, "type": "private", "first_name": "Ana"},
            "from": {"id": user, "is_bot": False, "first_name": "Ana", "language_code": "id"},
            **keys,
        }  # fmt: skip

    async def deliver(self, update: Mapping[str, Any], *, tries: int = 1) -> list[int]:
        """Post an update to the webhook until it is taken; gives our answers."""
        there = urlsplit(self.webhooks_at or self.webhook["url"])
        url = urlunsplit(urlsplit(self.webhook["url"])._replace(scheme=there.scheme,
                                                               netloc=there.netloc))  # fmt: skip
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret} if self.secret else {}
        statuses: list[int] = []
        async with aiohttp.ClientSession() as session:
            while len(statuses) < tries and not any(200 <= each < 300 for each in statuses):
                async with session.post(url, json=update, headers=headers) as answer:
                    statuses.append(answer.status)
        return statuses

    # The Bot API.

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return problem(401, "Unauthorized")
        method = request.match_info["method"].lower()
        params = await _params(request)
        self.calls.append((method, params))
        fault = self._fault(method)
        try:
            result = await self._do(method, params) if fault.taken else None
        except Refusal as refusal:
            return refusal.answer
        await asyncio.sleep(fault.slow)
        if fault.cut:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault.drip:
            return await _drip(request, fault.drip)
        if fault.body is not None:
            return web.Response(text=fault.body, status=fault.status or 200)
        if fault.status:
            return problem(fault.status, fault.description, fault.parameters)
        return web.json_response({"ok": True, "result": result})

    def _fault(self, method: str) -> Fault:
        if self.faults and self.faults[0].method in ("", method):
            return self.faults.popleft()
        return Fault(taken=True)

    async def _do(self, method: str, params: Params) -> Any:
        if method == "getupdates":
            return await self._get_updates(params)
        kind = method.removeprefix("send")
        if kind == "message" or kind in SENDS:
            return self._send(kind, params)
        found: Callable[[Params], Any] | None = getattr(self, f"_do_{method}", None)
        if found is None:
            raise Refusal(404, "Not Found")
        return found(params)

    def _do_getme(self, params: Params) -> Any:
        return {"id": BOT_ID, "is_bot": True, "first_name": "Toko Sinar", "username": USERNAME,
                "can_join_groups": True, "can_read_all_group_messages": False,
                "supports_inline_queries": False,
                "can_connect_to_business": self.business}  # fmt: skip

    def _do_setwebhook(self, params: Params) -> Any:
        self.secret = params.get("secret_token", "")
        self.webhook |= {"url": params["url"], "allowed_updates": params.get("allowed_updates", []),
                         "max_connections": params.get("max_connections", 40)}  # fmt: skip
        return True

    def _do_deletewebhook(self, params: Params) -> Any:
        self.webhook["url"] = self.secret = ""
        return True

    def _do_getwebhookinfo(self, params: Params) -> Any:
        return self.webhook

    def _do_sendchataction(self, params: Params) -> Any:
        self._chat(params)
        return True

    def _do_answercallbackquery(self, params: Params) -> Any:
        if params["callback_query_id"] not in self.queries:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or "
                               "query ID is invalid")  # fmt: skip
        self.queries.discard(params["callback_query_id"])
        return True

    def _do_answerprecheckoutquery(self, params: Params) -> Any:
        return self._do_answercallbackquery({"callback_query_id": params["pre_checkout_query_id"]})

    def _do_answershippingquery(self, params: Params) -> Any:
        return self._do_answercallbackquery({"callback_query_id": params["shipping_query_id"]})

    def _do_editmessagereplymarkup(self, params: Params) -> Any:
        found = [one for one in self.messages if one["message_id"] == params.get("message_id")]
        if not found:
            raise Refusal(400, "Bad Request: message to edit not found")
        if found[0].get("reply_markup") == params.get("reply_markup"):
            raise Refusal(400, "Bad Request: message is not modified: specified new message "
                               "content and reply markup are exactly the same")  # fmt: skip
        found[0].pop("reply_markup")
        return found[0]

    def _do_getfile(self, params: Params) -> Any:
        if params["file_id"] not in self.files:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        path, _, size = self.files[params["file_id"]]
        if size > 20_000_000:
            raise Refusal(400, "Bad Request: file is too big")
        return {"file_id": params["file_id"], "file_unique_id": "u1", "file_size": size,
                "file_path": path}  # fmt: skip

    async def _get_updates(self, params: Params) -> Any:
        if self.webhook["url"]:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; "
                               "use deleteWebhook to delete the webhook first")  # fmt: skip
        if self.polling:
            raise Refusal(409, "Conflict: terminated by other getUpdates request; make sure that "
                               "only one bot instance is running")  # fmt: skip
        offset = params.get("offset", 0)
        self.updates = [each for each in self.updates if each["update_id"] >= offset]
        self.polling += 1
        try:
            end = time.monotonic() + params.get("timeout", 0)
            while not self.updates and time.monotonic() < end:
                await asyncio.sleep(0.01)
        finally:
            self.polling -= 1
        return self.updates[:100]

    def _send(self, kind: str, params: Params) -> Any:
        chat = self._chat(params)
        _well_formed(kind, params)
        if params.get("message_thread_id", 0) not in self.topics:
            raise Refusal(400, "Bad Request: message thread not found")
        message = {"message_id": next(self._ids), "date": int(time.time()),
                   "chat": {"id": chat, "type": "private" if chat > 0 else "group"},
                   "from": self._do_getme({})}  # fmt: skip
        shown = {"text": params.get("text")} if kind == "message" else {
            "caption": params.get("caption"), "file": params[kind]}  # fmt: skip
        markup = params.get("reply_markup")
        kept = {"reply_markup": markup} if markup and "inline_keyboard" in markup else {}
        sent = {**message, **{name: value for name, value in shown.items() if value}, **kept}
        self.messages.append(sent)
        return sent

    def _chat(self, params: Params) -> int:
        chat = int(params["chat_id"])
        if chat in self.migrated:
            raise Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat",
                          migrate_to_chat_id=self.migrated[chat])  # fmt: skip
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat not in self.chats | set(self.migrated.values()):
            raise Refusal(400, "Bad Request: chat not found")
        return chat

    async def _file(self, request: web.Request) -> web.StreamResponse:
        known = {path: content for path, content, _ in self.files.values()}
        if request.match_info["token"] != self.token or request.match_info["path"] not in known:
            return problem(404, "Not Found")
        fault = self._fault("file")
        if fault.status:
            return problem(fault.status, fault.description)
        return web.Response(body=known[request.match_info["path"]])


async def _drip(request: web.Request, seconds: float) -> web.StreamResponse:
    """White space, a piece at a time, until nobody listens."""
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    with suppress(ConnectionError):
        while True:
            await answer.write(b" ")
            await asyncio.sleep(seconds)
    return answer


def problem(
    status: int, description: str, parameters: Mapping[str, Any] | None = None
) -> web.Response:
    """An error in the Bot API's form."""
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return web.json_response(
        {**body, "parameters": dict(parameters)} if parameters else body, status=status
    )


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _well_formed(kind: str, params: Params) -> None:
    """The checks Telegram makes, in its words."""
    if kind == "message" and not params.get("text", "").strip():
        raise Refusal(400, "Bad Request: message text is empty")
    if _units(params.get("text", "")) > TEXT:
        raise Refusal(400, "Bad Request: message is too long")
    if _units(params.get("caption", "")) > CAPTION:
        raise Refusal(400, "Bad Request: message caption is too long")
    if "unfetchable" in str(params.get(kind, "")):
        raise Refusal(400, "Bad Request: wrong type of the web page content")
    rows = (params.get("reply_markup") or {}).get("inline_keyboard", ())
    for button in itertools.chain.from_iterable(rows):
        if not 1 <= len(button["callback_data"].encode()) <= DATA_BYTES:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")


async def _params(request: web.Request) -> Params:
    """Query, form or JSON; in a form, whatever is JSON stands for its value, as at Telegram."""
    if request.content_type == "application/json":
        return dict(await request.json())
    given = {**request.query, **await request.post()}
    return {name: value if name in VERBATIM
            else _read(str(value)) for name, value in given.items()}  # fmt: skip


def _read(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


async def _serve(port: int, webhooks_at: str | None) -> None:
    server = TelegramServer(webhooks_at=webhooks_at)
    await server.start(port)
    print(f"Telegram plays at {server.url}, token {TOKEN}")
    await asyncio.Event().wait()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=4020)
    arguments.add_argument("--webhooks-at", help="where Akrab listens: http://127.0.0.1:8000")
    chosen = arguments.parse_args()
    asyncio.run(_serve(chosen.port, chosen.webhooks_at))
