"""The declarative base: constraint names, and which Python type is which column type."""

from datetime import date, datetime
from typing import Any, ClassVar, cast

from sqlalchemy import Boolean, Date, LargeBinary, MetaData, Table
from sqlalchemy.orm import DeclarativeBase

from crm_store.models.columns import BigInt, CleanJson, CleanText, UtcDateTime


class Base(DeclarativeBase):
    """Every table of the store."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: CleanText,
        int: BigInt,
        bool: Boolean(),
        bytes: LargeBinary(),
        date: Date(),
        datetime: UtcDateTime,
        dict[str, Any]: CleanJson,
        list[Any]: CleanJson,
    }


def table_of(model: type[DeclarativeBase]) -> Table:
    """The table of a model, for statements that need no ORM work per row."""
    return cast(Table, model.__table__)
