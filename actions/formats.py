"""Numbers, money, dates and opening hours as people in Indonesia and abroad read them."""

from datetime import datetime
from zoneinfo import ZoneInfo

MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}
DAYS = {"Mon": "Senin", "Tue": "Selasa", "Wed": "Rabu", "Thu": "Kamis", "Fri": "Jumat"}
WEEKEND = {"Sat": "Sabtu", "Sun": "Minggu"}
SIGNS = {"IDR": "Rp ", "USD": "US$ ", "EUR": "€ "}
DECIMALS = {"IDR": 0, "JPY": 0}


def number(value: int, language: str) -> str:
    """1500 -> "1.500" (id), "1,500" (en)."""
    text = f"{value:,}"
    return text if language == "en" else text.replace(",", ".")


def money(amount: int, currency: str, language: str) -> str:
    """Minor units -> "Rp 1.500.000" (id), "Rp 1,500,000" (en)."""
    decimals = DECIMALS.get(currency, 2)
    whole, rest = divmod(abs(amount), 10**decimals)
    text = number(whole, language)
    if decimals:
        text += f"{'.' if language == 'en' else ','}{rest:0{decimals}d}"
    return f"{'-' if amount < 0 else ''}{SIGNS.get(currency, currency + ' ')}{text}"


def day(at: datetime, language: str, timezone: str) -> str:
    """An aware time -> "12 Mei 2026" (id), "12 May 2026" (en) in the company's zone."""
    local = at.astimezone(ZoneInfo(timezone))
    month = MONTHS.get(language, MONTHS["id"]).split()[local.month - 1]
    return f"{local.day} {month} {local.year}"


def hours(text: str, language: str) -> str:
    """ "Mon-Sat 09:00-21:00" -> "Senin-Sabtu 09.00-21.00" (id), unchanged (en)."""
    if language == "en":
        return text
    for english, indonesian in {**DAYS, **WEEKEND}.items():
        text = text.replace(english, indonesian)
    return text.replace(":", ".")


def mask(address: str) -> str:
    """Enough to recognise one's own address, not enough to learn it: "+62******0001"."""
    if "@" in address:
        name, _, host = address.partition("@")
        return f"{name[:1]}***@{host}"
    return f"{address[:3]}{'*' * max(0, len(address) - 7)}{address[-4:]}"
