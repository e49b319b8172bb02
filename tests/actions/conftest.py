"""A store with the demo company's goods and articles, and the engine trained on the real files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from crm_store import catalogue, knowledge, loyalty, migrate
from crm_store.session import Database, Session
from nlu.embedded.engine import EmbeddedEngine
from tests.actions.acting import Scene, arrived
from tests.actions.player import Chat, chat_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def engine(assistant_model: Path) -> EmbeddedEngine:
    return EmbeddedEngine.load(assistant_model)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with stores, products, rewards and articles; to be copied."""
    path = tmp_path_factory.mktemp("furnished") / "akrab.db"
    url = f"sqlite:///{path}"
    migrate.upgrade(url)
    db = Database.open(url, synchronous="off")
    with db.transaction() as session:
        _furnish(session)
    db.close()
    return path


@pytest.fixture
def session(furnished: Path, tmp_path: Path) -> Iterator[Session]:
    copy = tmp_path / "akrab.db"
    copy.write_bytes(furnished.read_bytes())
    db = Database.open(f"sqlite:///{copy}", synchronous="off")
    with db.transaction() as session:
        yield session
    db.close()


@pytest.fixture
def chat(engine: EmbeddedEngine, session: Session) -> Callable[..., Chat]:
    """A customer who talks: `chat(channel="web", verified=False)`."""

    def start(**setup: Any) -> Chat:
        return chat_of(setup, engine, session)

    return start


def _furnish(session: Session) -> None:
    demo = ROOT / "bot" / "demo"
    goods = YAML(typ="safe").load((demo / "catalogue.yml").read_text(encoding="utf-8"))
    for row in goods["stores"]:
        values = {name: value for name, value in row.items() if name not in ("code", "name")}
        catalogue.put_store(session, row["name"], **values)
    for row in goods["products"]:
        values = {name: value for name, value in row.items() if name not in ("sku", "stock")}
        stock = {"Sinar Dago": row["stock"]} if row["stock"] else {}
        catalogue.put_product(session, row["sku"], stock=stock, warranty_months=12, **values)
    for row in goods["tiers"]:
        loyalty.put_tier(session, row["code"], row["name"], row["threshold"], row["benefits"])
    for row in goods["rewards"]:
        loyalty.put_reward(session, row["code"], row["name"], row["cost"], row["description"])
    for article in YAML(typ="safe").load((demo / "articles.yml").read_text(encoding="utf-8")):
        for language in ("id", "en"):
            text = article[language]
            knowledge.put(
                session,
                slug=article["slug"],
                language=language,
                title=text["title"],
                body=text["body"].strip(),
                tags=article["tags"],
            )


@pytest.fixture
def scene(session: Session) -> Callable[..., Scene]:
    """Ana's message: `scene("poin saya?", verified=False, member={"points": 120})`."""

    def set_scene(text: str = "halo", *, kind: str = "whatsapp", **setup: Any) -> Scene:
        verified = setup.pop("verified", True)
        provider_id = setup.pop("provider_id", "m1")
        talk = chat_of({"channel": kind, "verified": verified, "given": setup}, None, session)
        return arrived(talk, text, provider_id, verified=verified)

    return set_scene
