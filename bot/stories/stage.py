"""A store of its own for each story: schema, the demo company's goods and articles, nobody else."""

from pathlib import Path
from shutil import copyfile

from bot.demo.load import read
from crm_store import catalogue, knowledge, loyalty, migrate
from crm_store.session import Database, Session


class Stage:
    """Furnished once; each story gets a copy."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._furnished = folder / "furnished.db"
        url = f"sqlite:///{self._furnished}"
        migrate.upgrade(url)
        db = Database.open(url, synchronous="off")
        with db.transaction() as session:
            _furnish(session)
        db.close()

    @property
    def latest(self) -> str:
        """Where the latest story's store is."""
        return f"sqlite:///{self._folder / 'story.db'}"

    def fresh(self) -> Database:
        """The next story's store; the one before is written over."""
        for left in self._folder.glob("story.db*"):
            left.unlink()
        copyfile(self._furnished, self._folder / "story.db")
        return Database.open(self.latest, synchronous="off")


def _furnish(session: Session) -> None:
    goods = read("catalogue.yml")
    for row in goods["stores"]:
        catalogue.put_store(session, row["name"], **_without(row, "code", "name"))
    for row in goods["products"]:
        stock = {"Sinar Dago": row["stock"]} if row["stock"] else {}
        values = _without(row, "sku", "stock")
        catalogue.put_product(session, row["sku"], stock=stock, warranty_months=12, **values)
    for row in goods["tiers"]:
        loyalty.put_tier(session, row["code"], row["name"], row["threshold"], row["benefits"])
    for row in goods["rewards"]:
        loyalty.put_reward(session, row["code"], row["name"], row["cost"], row["description"])
    _write_articles(session)


def _write_articles(session: Session) -> None:
    for article in read("articles.yml"):
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


def _without(row: dict[str, object], *keys: str) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in keys}
