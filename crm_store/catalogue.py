"""What can be bought and where, found also by misspelt words."""

from collections.abc import Mapping
from typing import Any

from rapidfuzz import fuzz, process, utils
from sqlalchemy import bindparam, func, select

from crm_store.models import Product, Store
from crm_store.session import Session

LIKE = 70.0
"""Least likeness, of 100, for a word to count as meant."""


def find_products(session: Session, query: str, limit: int = 5) -> list[Product]:
    """Active products like `query` by category, name or brand; the likest first."""
    choices = {
        number: f"{category} {name} {brand or ''}"
        for number, category, name, brand in session.execute(_on_sale).tuples()
    }
    ids = _likest(query, choices, limit)
    found = {one.id: one for one in session.scalars(_products, {"ids": ids})}
    return [found[one] for one in ids]


def find_stores(session: Session, city: str | None = None, name: str | None = None) -> list[Store]:
    """Shops in a city, or like a name, or all of them."""
    if city is None:
        stores = list(session.scalars(_stores))
    else:
        stores = list(session.scalars(_stores_in, {"city": city.strip().lower()}))
    if name is None:
        return stores
    found = {store.id: store for store in stores}
    ids = _likest(name, {store.id: store.name for store in stores}, len(stores))
    return [found[one] for one in ids]


def put_product(session: Session, sku: str, **values: Any) -> Product:
    """Add a product or change the one with this sku; `values` are columns of Product."""
    query = select(Product).where(Product.sku == sku)
    product = session.scalars(query).one_or_none() or Product(sku=sku)
    _put(session, product, values)
    return product


def put_store(session: Session, name: str, **values: Any) -> Store:
    """Add a shop or change the one with this name; `values` are columns of Store."""
    query = select(Store).where(Store.name == name)
    store = session.scalars(query).one_or_none() or Store(name=name)
    _put(session, store, values)
    return store


def _put(session: Session, row: Product | Store, values: Mapping[str, Any]) -> None:
    for column, value in values.items():
        setattr(row, column, value)
    session.add(row)
    session.flush()


def _likest(query: str, choices: Mapping[int, str], limit: int) -> list[int]:
    found = process.extract(
        query[:200],
        choices,
        scorer=fuzz.token_set_ratio,
        processor=utils.default_process,
        score_cutoff=LIKE,
        limit=limit,
    )
    return [key for _, _, key in found]


_on_sale = select(Product.id, Product.category, Product.name, Product.brand).where(
    Product.active.is_(True)
)
_products = select(Product).where(Product.id.in_(bindparam("ids", expanding=True)))
_stores = select(Store).order_by(Store.city, Store.name)
_stores_in = _stores.where(func.lower(Store.city) == bindparam("city"))
