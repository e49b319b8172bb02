"""Signing in and out. Failed tries are counted per email and per network address."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from bot.app import App
from bot.console import passwords
from bot.console.access import COOKIE, SignedForm
from bot.site import signing
from bot.site.pages import page
from bot.site.request import CurrentApp, common, expired_form, see, set_cookie
from crm_store import audit, staff
from crm_store.models import Staff

FORM_COOKIE = "akrab_sign_in"
PURPOSE = "sign-in"
ADDRESS_FACTOR = 4
WRONG = "That email and password do not belong together."
WAIT = "Too many tries. Wait {minutes} minutes, then try again."
Text = Annotated[str, Form()]
router = APIRouter()


class Door:
    """The sign-in form's own cookie: a login form, too, can be forged by another site."""

    def __init__(self, request: Request, app: CurrentApp) -> None:
        self.app = app
        secret = app.settings.secret_key()
        known = request.cookies.get(FORM_COOKIE, "")
        self.new = signing.read_cookie(secret, PURPOSE, known) is None
        self.cookie = signing.new_cookie(secret, PURPOSE) if self.new else known
        self.csrf = signing.sign(secret, "sign-in form", self.cookie)
        self.address = request.client.host if request.client else "unknown"

    def check(self, csrf: str) -> None:
        """Raises PageError unless the form was made for this browser."""
        if not signing.matches(self.app.settings.secret_key(), "sign-in form", self.cookie, csrf):
            raise expired_form("/console/sign-in")


AtTheDoor = Annotated[Door, Depends()]


@router.get("/console/sign-in")
def show(door: AtTheDoor) -> Response:
    return _form(door)


@router.post("/console/sign-in")
def sign_in(door: AtTheDoor, csrf: Text = "", email: Text = "", password: Text = "") -> Response:
    """Open a session for the right password; anything else is answered alike."""
    door.check(csrf)
    email = email.strip().lower()[:320]
    keys = (f"email:{email}", f"address:{door.address}")
    if _locked(door.app, keys):
        minutes = door.app.settings.staff.login_minutes
        return _form(door, email, WAIT.format(minutes=minutes), 429)
    with door.app.db.reading() as session:
        found = staff.by_email(session, email)
    if not passwords.fits(found, password) or found is None:
        _note_failure(door.app, keys)
        return _form(door, email, WRONG, 401)
    return _welcome(door, found, keys)


@router.post("/console/sign-out")
def sign_out(visit: SignedForm) -> Response:
    with visit.app.db.transaction() as session:
        staff.close(session, visit.token)
        audit.add(session, visit.actor, "sign_out", "staff", visit.staff.id)
    response = see("/console/sign-in")
    response.delete_cookie(COOKIE)
    return response


def _locked(app: App, keys: tuple[str, str]) -> bool:
    tries = app.settings.staff.login_attempts
    with app.db.reading() as session:
        # Colleagues share a network address: it may fail more often than one person.
        return staff.too_many(session, keys[0], tries=tries) or staff.too_many(
            session, keys[1], tries=tries * ADDRESS_FACTOR
        )


def _note_failure(app: App, keys: tuple[str, str]) -> None:
    with app.db.transaction() as session:
        for key in keys:
            staff.record_attempt(session, key, ok=False)
        audit.add(session, "system", "sign_in_failed", "email", keys[0].partition(":")[2])


def _welcome(door: Door, who: Staff, keys: tuple[str, str]) -> Response:
    life = timedelta(hours=door.app.settings.staff.session_hours)
    with door.app.db.transaction() as session:
        staff.record_attempt(session, keys[0], ok=True)
        token = staff.open_session(session, who.id, life=life)
        audit.add(session, f"staff:{who.id}", "sign_in", "staff", who.id)
    response = see("/console")
    set_cookie(door.app, response, COOKIE, token)
    return response


def _form(door: Door, email: str = "", problem: str = "", status: int = 200) -> Response:
    values = common(door.app) | {"csrf": door.csrf, "email": email, "problem": problem}
    response = page("console/sign_in.html", status=status, **values)
    if door.new:
        set_cookie(door.app, response, FORM_COOKIE, door.cookie)
    return response
