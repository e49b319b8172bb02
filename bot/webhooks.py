"""The routes machines call: providers' webhooks, health, readiness, metrics."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from bot import inbound, metrics
from bot.app import App
from bot.logs import logger
from channels.base import WebhookRequest
from channels.errors import InvalidSignature, MalformedRequest
from crm_store import lookups, troubles

log = logger("webhooks")
_ANSWERS: dict[type[Exception], tuple[int, str]] = {
    inbound.UnknownChannelError: (404, "no such channel"),
    inbound.TooLargeError: (413, "too large"),
    InvalidSignature: (403, "invalid signature"),
    MalformedRequest: (400, "malformed request"),
}


def routes(app: App) -> APIRouter:
    """All of them, over a built program."""
    router = APIRouter()

    # Twilio reports to a path of its own; the adapter sees the path and knows. A slash typed after
    # it is answered here: what was signed for one address is not valid where a redirect leads.
    @router.api_route("/webhooks/{name}/status/", methods=["GET", "POST"])
    @router.api_route("/webhooks/{name}/status", methods=["GET", "POST"])
    @router.api_route("/webhooks/{name}/", methods=["GET", "POST"])
    @router.api_route("/webhooks/{name}", methods=["GET", "POST"])
    async def webhook(name: str, request: Request) -> Response:
        return await _receive(app, name, request)

    @router.get("/healthz")
    async def healthz() -> Response:
        return Response("ok", media_type="text/plain")

    @router.get("/readyz")
    async def readyz() -> Response:
        return await run_in_threadpool(_ready, app)

    @router.get("/metrics")
    async def exposition() -> Response:
        body = await run_in_threadpool(_measured, app)
        return Response(body, headers={"content-type": metrics.CONTENT_TYPE})

    return router


async def _receive(app: App, name: str, request: Request) -> Response:
    """A provider repeats what was not answered with 2xx, so only what is stored is."""
    try:
        answer = await inbound.receive(app, name, await _as_sent(app, request))
    except HTTPException:
        raise
    except tuple(_ANSWERS) as error:
        status, text = _ANSWERS[type(error)]
        log.info("refused", channel=name, status=status, reason=str(error))
        return Response(text, status, media_type="text/plain")
    except Exception as error:
        log.error("could not store", channel=name, exc_info=error)
        return Response("try again", 503, {"retry-after": "5"}, "text/plain")
    return Response(answer.body, answer.status, {"content-type": answer.content_type})


async def _as_sent(app: App, request: Request) -> WebhookRequest:
    """The request as the provider signed it: our configured address, its raw path and query."""
    raw_path = request.scope.get("raw_path") or request.url.path.encode()
    path = raw_path.partition(b"?")[0].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    url = f"{app.settings.web.public_url}{path}{'?' if query else ''}{query}"
    return WebhookRequest(request.method, url, dict(request.headers), await request.body())


def _ready(app: App) -> Response:
    """Whether the store answers; what cannot store must get no traffic."""
    try:
        with app.db.reading() as session:
            lookups.message_counts(session)
    except Exception as error:
        log.error("not ready", exc_info=error)
        return Response("the store does not answer", 503, media_type="text/plain")
    return Response("ready", media_type="text/plain")


def _measured(app: App) -> bytes:
    with app.db.reading() as session:
        counts, trouble = lookups.message_counts(session), troubles.current(session)
    for status, count in counts.items():
        metrics.QUEUE.labels(status).set(count)
    metrics.TROUBLES.clear()
    for one in trouble:
        metrics.TROUBLES.labels(one.channel, one.kind, one.way.value).set(1)
    return metrics.exposition()
