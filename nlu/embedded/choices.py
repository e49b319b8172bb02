"""Words for the languages and channels a customer can choose."""

import re
from collections.abc import Mapping
from datetime import date

from nlu.embedded.found import Finder, Found

_LANGUAGES = {
    "id": ("bahasa indonesia", "bhs indonesia", "indonesia", "indonesian", "indo", "b. indo"),
    "en": ("bahasa inggris", "bhs inggris", "inggris", "english", "ingris", "b. inggris"),
}
_CHANNELS = {
    "whatsapp": ("whatsapp", "whatsap", "watsapp", "watsap", "wasap", "wa"),
    "sms": ("sms", "text message", "pesan singkat"),
    "telegram": ("telegram", "tele", "tg"),
    "email": ("email", "e-mail", "imel", "surel"),
    "web": ("web", "website", "webchat", "web chat", "situs", "live chat"),
}


def _finder(choices: Mapping[str, tuple[str, ...]]) -> Finder:
    values = {form: value for value, forms in choices.items() for form in forms}
    written = "|".join(sorted(map(re.escape, values), key=len, reverse=True))
    # an address such as ana@email.example names no channel
    pattern = re.compile(rf"(?<![\w@.-])(?:{written})(?![\w@-]|\.\w)")

    def find(text: str, _today: date) -> list[Found]:
        return [Found(m.start(), m.end(), values[m[0]]) for m in pattern.finditer(text)]

    return find


find_languages = _finder(_LANGUAGES)
find_channels = _finder(_CHANNELS)
