"""Staff and the points' books, from the terminal."""

import os
from pathlib import Path

import typer

from bot.app import open_database
from bot.commands import prepare, show
from bot.errors import UserError
from crm_store import loyalty, staff
from crm_store.models.kinds import StaffRole
from crm_store.session import Duplicate

SHORTEST = 10


def add(config: Path, email: str, *, name: str | None, role: str, team: str | None) -> None:
    """Add somebody who may sign in. Raises UserError for what cannot be."""
    settings = show.load(config)
    prepare.check_schema(settings)
    if role not in set(StaffRole):
        raise UserError(f"There is no role {role}; choose {', '.join(StaffRole)}")
    if team is not None and team not in settings.staff.teams:
        raise UserError(
            f"There is no team {team}; config.yml has {', '.join(settings.staff.teams)}"
        )
    hashed = _hashed(_password())
    db = open_database(settings)
    try:
        with db.transaction() as session:
            staff.add(
                session,
                email=email,
                name=name or email.partition("@")[0],
                role=StaffRole(role),
                team=team,
                password_hash=hashed,
            )
    except Duplicate as error:
        raise UserError(f"{email} is there already") from error
    finally:
        db.close()
    show.done(f"{email} may sign in at {settings.web.public_url}/console")


def verify_ledger(config: Path) -> int:
    """Print every disagreement; 0 if there is none, else 1."""
    settings = show.load(config)
    prepare.check_schema(settings)
    db = open_database(settings)
    try:
        with db.reading() as session:
            problems = loyalty.verify_ledger(session)
    finally:
        db.close()
    for problem in problems:
        show.bad(str(problem))
    if not problems:
        show.done("every balance follows from its entries")
    return int(bool(problems))


def _password() -> str:
    password = os.environ.get("AKRAB_PASSWORD") or str(
        typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    if len(password) < SHORTEST:
        raise UserError(f"A password needs at least {SHORTEST} characters")
    return password


def _hashed(password: str) -> str:
    from pwdlib import PasswordHash

    return PasswordHash.recommended().hash(password)
