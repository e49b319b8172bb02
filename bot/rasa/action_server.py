"""POST /actions/webhook: our actions, by the protocol of rasa-sdk's action server.

Statuses are the protocol's: 400 means that the action declined to run, 404 that there is none of
this name; anything else but 200 makes Rasa's turn fail.
"""

import hmac
import json
import zlib
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.app import App
from bot.logs import logger
from bot.rasa import calls, running, tokens
from bot.rasa.running import Answer, Job, run_all

log = logger("actions")
LARGEST = 4_000_000
"""Bytes of a call once unpacked."""


def routes(app: App) -> APIRouter:
    """The action server over a built program; nothing if actions run in process."""
    router = APIRouter()
    if app.engine.in_process:
        return router
    token = tokens.for_actions(app.settings)

    @router.post("/actions/webhook")
    async def webhook(request: Request) -> JSONResponse:
        if not _may_call(request, token):
            return _stranger()
        answer = await _answer(app, request)
        return JSONResponse(answer.body, answer.status)

    @router.get("/actions/actions")
    async def actions(request: Request) -> JSONResponse:
        if not _may_call(request, token):
            return _stranger()
        return JSONResponse([{"name": name} for name in running.known()])

    @router.get("/actions/health")
    async def health() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    return router


def _may_call(request: Request, token: str) -> bool:
    """By a token in the header, or in the query as Rasa's endpoints.yml sends a `token`."""
    header = request.headers.get("authorization", "")
    given = header.partition("Bearer ")[2] or request.query_params.get("token", "")
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def _stranger() -> JSONResponse:
    return JSONResponse({"error": "wrong token"}, 401)


async def _answer(app: App, request: Request) -> Answer:
    try:
        call = calls.read(_json(await request.body(), request.headers.get("content-encoding")))
    except HTTPException:
        raise
    except (ValueError, RecursionError) as error:
        log.warning("malformed call", reason=str(error))
        return Answer(422, {"error": str(error)})
    domain = getattr(app.engine, "rasa_domain", {})
    try:
        answer = await app.work.do(run_all, Job(app, call, domain))
    except Exception as error:  # the web edge: Rasa is told, the turn fails
        log.error("action failed", action=call.action, message_id=call.message_id, exc_info=error)
        return Answer(500, {"error": "the action failed", "action_name": call.action})
    if answer.status not in (200, 400):
        log.warning("action not run", action=call.action, status=answer.status)
    return answer


def _json(body: bytes, encoding: str | None) -> Any:
    """The body, unpacked if Rasa compresses it (COMPRESS_ACTION_SERVER_REQUEST).

    Raises ValueError, HTTPException(413).
    """
    if encoding == "deflate":
        body = _unpacked(body)
    if len(body) > LARGEST:
        raise HTTPException(413, "That is more than an action needs.")
    return json.loads(body)


def _unpacked(body: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        return unpacking.decompress(body, LARGEST + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
