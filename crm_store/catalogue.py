"""What can be bought and where, found also by misspelt words."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from rapidfuzz import fuzz, process, utils
from sqlalchemy import bindparam, func, select

from crm_store.models import Product, Store, table_of
from crm_store.prepared import Among, Prepared
from crm_store.session import Session

LIKE = 70.0
"""Least likeness, of 100, for a word to count as meant."""


class Goods(NamedTuple):
    """A product as it is read. `stock` maps store name to units."""

    id: int
    sku: str
    name: str
    price: int
    currency: str
    warranty_months: int
    stock: Mapping[str, int]


class Shop(NamedTuple):
    """A store as it is read."""

    id: int
    name: str
    city: str
    address: str
    phone: str | None
    hours: str


def find_products(session: Session, query: str, limit: int = 5) -> list[Goods]:
    """Active products like `query` by category, name or brand; the likest first."""
    choices = {
        number: f"{category} {name} {brand or ''}"
        for number, category, name, brand in _on_sale.rows(session)
    }
    ids = _likest(query, choices, limit)
    found = {one.id: one for one in _products.rows(session, {"ids": ids})}
    return [found[one] for one in ids]


def find_stores(session: Session, city: str | None = None, name: str | None = None) -> list[Shop]:
    """Shops in a city, or like a name, or all of them."""
    stores: list[Shop]
    if city is None:
        stores = _stores.rows(session)
    else:
        stores = _stores_in.rows(session, {"city": city.strip().lower()})
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


_product, _store = table_of(Product).c, table_of(Store).c
_all_stores = select(*(_store[name] for name in Shop._fields)).order_by(_store.city, _store.name)
_on_sale = Prepared(
    select(_product.id, _product.category, _product.name, _product.brand).where(
        _product.active.is_(True)
    )
)
_products = Prepared(
    select(*(_product[name] for name in Goods._fields)).where(Among(_product.id)), shape=Goods
)
_stores = Prepared(_all_stores, shape=Shop)
_stores_in = Prepared(_all_stores.where(func.lower(_store.city) == bindparam("city")), shape=Shop)
