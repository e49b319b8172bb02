"""What servers say about why they refused, in words: one reason for each wording."""

import re
from enum import StrEnum


class Reason(StrEnum):
    """What stands behind a refusal, as far as it matters to us."""

    UNKNOWN_USER = "unknown_user"
    NO_DOMAIN = "no_domain"
    DISABLED = "disabled"
    FULL = "full"
    RATE = "rate"
    GREYLISTED = "greylisted"
    POLICY = "policy"
    OUR_SETUP = "our_setup"
    TOO_LARGE = "too_large"
    ROUTING = "routing"
    OTHER = "other"


# The first that matches counts. Words for "not this, not now" come before "nobody there".
WORDS: tuple[tuple[Reason, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(words, re.IGNORECASE))
    for reason, words in (
        (
            Reason.GREYLISTED,
            r"gr[ea]y-?list|try again later|not found, try again|please retry later"
            r"|temporarily (?:deferred|rejected)",
        ),
        (
            Reason.RATE,
            r"at a rate that|rate limit|too many (?:messages|connections|recipients)|throttl"
            r"|receiving mail too quickly",
        ),
        (
            Reason.FULL,
            r"(?:mailbox|inbox|account|mail ?folder|storage|postfach|kotak surat)[^.\n]{0,60}"
            r"(?:full|over(?: its)? quota|exceed|voll|penuh|out of storage)|over ?quota"
            r"|quota[^.\n]{0,20}(?:exceed|full)|disk quota|insufficient (?:system )?storage"
            r"|kuota[^.\n]{0,30}(?:penuh|terlampaui)|full mailbox|speicherplatz",
        ),
        (
            Reason.OUR_SETUP,
            r"\bdmarc\b|unauthenticated|spf (?:check )?fail|not authorized to send"
            r"|authentication required|sender (?:address )?rejected|does not have a reverse"
            r"|relay(?:ing)? (?:access )?denied|unable to relay",
        ),
        (
            Reason.POLICY,
            r"\bspam|blacklist|blocklist|block list|blocked|reputation|policy|virus|phish"
            r"|content rejected|not accepted for",
        ),
        (
            Reason.TOO_LARGE,
            r"(?:message|size)[^.\n]{0,40}(?:too (?:large|big)|exceeds)|zu gro[ßs]|terlalu besar",
        ),
        (
            Reason.DISABLED,
            r"(?:account|mailbox|user|address)[^.\n]{0,40}(?:disabled|inactive|suspended|deactivated"
            r"|discontinued|no longer (?:active|available|accept))|dinonaktifkan|tidak aktif"
            r"|deaktiviert",
        ),
        (
            Reason.NO_DOMAIN,
            r"(?:host|domain)(?: name)?(?! said)[^.:\n]{0,60}(?:not found|unknown|does not exist"
            r"|couldn'?t find|lookup fail)|nxdomain"
            r"|(?:unknown|unrouteable|unroutable) (?:host|domain)"
            r"|couldn'?t find any host|no such (?:host|domain)|unrouteable address"
            r"|domain[^.\n]{0,30}tidak (?:ditemukan|ada)|nullmx|null mx"
            r"|no mx record|no smtp service|invalid domain|host not found|no mx or a for"
            r"|couldn'?t find (?:a|any) (?:mail exchanger|host)|no hosts? with that name"
            r"|dom[aä]i?n[a-zäéíe]{0,3}[^.\n]{0,30}(?:existiert nicht|n'existe pas|no existe"
            r"|não existe|bestaat niet|non esiste|nie istnieje)"
            r"|домен[^.\n]{0,30}не (?:существует|найден)",
        ),
        (
            Reason.UNKNOWN_USER,
            r"(?:user|recipient|mailbox|address|account|alias)[^.\n]{0,60}(?:unknown|not found"
            r"|does(?: not|n'?t) exist|not exist|invalid|not known"
            r"|couldn'?t be found|no longer exist|wasn't found|isn't in)"
            r"|(?:unknown|no such|invalid|bad) (?:user|recipient|mailbox|address"
            r"|account|local|person)|user doesn'?t have an?\b|no mailbox here"
            r"|not a valid|not listed in|name is not recognized|invalid final delivery userid"
            r"|no valid recipients|not our (?:user|customer)|recipnotfound|nosuchuser|user_unknown"
            r"|(?:benutzer|empf[äa]nger|e-mail-adresse)[^.\n]{0,60}(?:unbekannt|nicht gefunden"
            r"|nicht vorhanden|nicht existiert)|unbekannter empf"
            r"|(?:alamat|penerima|pengguna|akun|kotak surat)[^.\n]{0,60}tidak"
            r" (?:dapat )?(?:ditemukan|dikenal|ada|valid|terdaftar)"
            r"|requested action not taken: mailbox unavailable"
            r"|recipient address rejected(?:\.|: access denied)|#5\.1\.0 address rejected"
            r"|mailbox not found|couldn'?t (?:find|be located)"
            r"|destinataire (?:inconnu|introuvable)|(?:adresse|boîte)[^.\n]{0,40}(?:n'existe pas"
            r"|inconnue|introuvable)|(?:usuario|destinatario|dirección|cuenta|buzón)[^.\n]{0,40}"
            r"(?:desconocid|no existe|no encontrad)|(?:usuário|destinatário|endereço)[^.\n]{0,40}"
            r"(?:desconhecid|não existe|inexistente)|(?:utente|destinatario|indirizzo)[^.\n]{0,40}"
            r"(?:sconosciut|inesistente|non esiste|non trovat)|(?:gebruiker|ontvanger|adres)"
            r"[^.\n]{0,40}(?:onbekend|bestaat niet|niet gevonden)|(?:użytkownik|adresat|skrzynka)"
            r"[^.\n]{0,40}(?:nie istnieje|nieznan)|(?:пользовател|получател|адрес|ящик)[^.\n]{0,40}"
            r"(?:не (?:существует|найден)|неизвест|недействител)|нет такого пользователя"
            r"|(?:アドレス|宛先|ユーザー?|リストに)[^。\n]{0,40}(?:見つかり|存在し|ありません|不明)"
            r"|(?:用户|用戶|地址|邮箱|郵箱|收件人)[^。\n]{0,20}(?:不存在|未找到|找不到|无效|無效)"
            r"|(?:사용자|주소|계정)[^.\n]{0,20}(?:존재하지|없습니다)|không tồn tại",
        ),
        (
            Reason.ROUTING,
            r"timed? ?out|connection refused|retry timeout|retry time|could not connect|loop"
            r"|too many hops|not yet been delivered|delayed",
        ),
    )
)
