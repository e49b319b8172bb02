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


# What may stand between two words of a sentence; a dot inside an address ends none.
_GAP = r"(?:[^.\n]|\.(?!\s)){0,60}"
_NEAR = r"(?:[^.\n]|\.(?!\s)){0,25}"

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
            r"at a rate that|rate limit|too many (?:messages(?! on)|connections|errors"
            r"|(?:invalid |unknown |bad )?(?:recipients|users))|throttl|receiving mail too quickly",
        ),
        (
            Reason.FULL,
            rf"(?:mailbox|inbox|account|mail ?folder|storage|postfach|kotak surat){_GAP}"
            r"(?:full|over(?: its)? quota|exceed|voll|penuh|out of storage)|full mailbox"
            rf"|(?:over|exceed\w*|violat\w*){_NEAR}(?:quota|storage|allocation|disk ?space)"
            rf"|(?:quota|disk ?space){_NEAR}(?:exceed|full|violat|penuh)"
            rf"|(?:insufficient|not enough|not sufficient|no|enough) (?:\w+ )?(?:storage|space)\b"
            rf"|kuota{_NEAR}(?:penuh|terlampaui)|speicherplatz|bo[iî]te{_NEAR}pleine"
            r"|(?:邮箱|郵箱|信箱|空间|空間|容量)[^。\n]{0,60}(?:满|滿|不足)"
            r"|メールボックス[^。\n]{0,60}(?:一杯|いっぱい)"
            r"|space has been used up|too (?:much mail data|many messages on)|disk(?: |-)?quota",
        ),
        (
            Reason.OUR_SETUP,
            # Refused before the recipient was named: it says nothing of them.
            r"(?:after|in reply to|step:) (?:pipelined )?(?:mail from|helo|ehlo|initial connection)"
            r"|\bdmarc\b|unauthenticated|spf (?:check )?fail|not (?:authorized|allowed) to send"
            r"|authentication required|sender (?:address )?rejected"
            rf"|\bsender(?:'s)? (?:address|domain|e-?mail|verif\w*){_GAP}(?:rejected|not exist"
            r"|unknown|invalid|not found|fail|unresolv|not resolv|no such)"
            r"|relay(?:ing)? (?:access )?denied|unable to relay|my name was rejected"
            rf"|\b(?:helo|ehlo)\b{_NEAR}(?:reject|refus|invalid)|client host rejected"
            r"|(?:have|find|resolve|no|valid|missing)\W(?:an? |your |the |valid )*"
            r"(?:reverse\b|ptr\b|rdns)"
            r"|(?:find|resolve) your host",
        ),
        (
            Reason.POLICY,
            r"\bspam|(?:black|block|deny) ?list|blocked|reputation|polic(?:y|ies)|virus|phish"
            r"|malware|content rejected|not accepted for"
            r"|(?<!recipient address rejected: )access denied|\bdnsbl\b|\brbl\b|\bbanned\b"
            r"|\bdiblokir\b|unsolicited|suspicious",
        ),
        (
            Reason.TOO_LARGE,
            rf"(?:message|size){_GAP}(?:too (?:large|big)|exceed\w*)|zu gro[ßs]|terlalu besar",
        ),
        (
            Reason.DISABLED,
            rf"(?:account|mailbox|user|address){_GAP}(?:disabled|inactive|suspended|deactivated"
            r"|discontinued|not activ|no longer (?:active|available|accept))"
            r"|dinonaktifkan|tidak aktif|deaktiviert|disabled-?user"
            r"|account (?:is |was |has been )?(?:closed|terminated)"
            r"|\b(?:disabled|deactivated|inactive|suspended|closed) (?:e-?mail |user )?"
            r"(?:account|mailbox|user|address)",
        ),
        (
            Reason.NO_DOMAIN,
            rf"(?:host|domain)(?: name)?(?! said)(?:[^.:\n]|\.(?!\s)){{0,60}}(?:not found|unknown"
            r"|does not exist|couldn'?t find)|domain is not reachable|nxdomain"
            r"|name or service not known"
            r"|(?:unknown|unroute?able|illegal) (?:mail )?(?:host|domain)"
            r"|(?:unroute?able|illegal) (?:mail )?address\b"
            r"|couldn'?t find any host|no such (?:host|domain)"
            rf"|domain{_NEAR}tidak (?:ditemukan|ada)|nullmx|null mx|no mx found"
            r"|no mx record|no smtp service|invalid (?:recipient )?domain(?! name|,)"
            r"|host not found|no mx or a for"
            r"|(?:host|server|domain|system) does not accept (?:any )?(?:e-?)?mail(?! from)"
            r"|couldn'?t find (?:a|any) (?:mail exchanger|host)|no hosts? with that name"
            rf"|dom[aä]i?n[a-zäéíe]{{0,3}}{_NEAR}(?:existiert nicht|n'existe pas|no existe"
            r"|não existe|bestaat niet|non esiste|nie istnieje)"
            rf"|домен{_NEAR}не (?:существует|найден)",
        ),
        (
            Reason.UNKNOWN_USER,
            rf"(?:user|recipient|rcpt|mailbox|address|account|alias|@[\w.-]++){_GAP}"
            r"(?:unknown|not found|doe?s(?: not|n'?t) exist|not exist|invalid|not known"
            r"|not present|not local|no longer (?:exist|valid)|wrong or|could ?n['o]t be found"
            r"|could not be found|wasn't found|isn't in|missing home)"
            r"|(?:unknown|no such|invalid|bad)[ _](?:[\w-]+ )?(?:user|recipient|mailbox|address"
            r"|account|local|person)|no such id\b|user doesn'?t have an?\b"
            r"|(?:user|recipient|address) unrecogni[sz]ed"
            r"|unrecogni[sz]ed (?:user|recipient|address)"
            r"|no (?:mail[- ]?box|one|account|user)(?: \w+)?"
            r" (?:here|found|at this|by that|for this)|undeliverable address"
            r"|not an? (?:valid|known|active|local|registered) (?:\w+ )?(?:user|recipient|mailbox"
            r"|address|account)"
            r"|not a valid|not listed in|name is not recognized|invalid final delivery userid"
            r"|no valid recipients(?! from)|not our (?:user|customer)|recip\w* ?notfound|nosuchuser"
            rf"|user_unknown|rcptto|(?:benutzer|empf[äa]nger|e-mail-adresse){_GAP}(?:unbekannt"
            r"|nicht gefunden|nicht vorhanden|nicht existiert)|unbekannter empf"
            rf"|(?:alamat|penerima|pengguna|akun|kotak surat){_GAP}tidak"
            r" (?:dapat )?(?:ditemukan|dikenal|ada|valid|terdaftar)"
            r"|mailbox (?:<?[^\s<>@]+@[^\s<>@]+>? )?(?:is )?unavail?able|account unavailable"
            r"|recipient address rejected(?:\.|: access denied)|5\.1\.0 address rejected"
            r"|mailbox not found|couldn'?t (?:find|be located)"
            r"|tidak ditemukan di [\w-]+\.\w"
            rf"|(?:destinataire|utilisateur) (?:inconnu|introuvable|invalide)"
            rf"|(?:adresse|boîte){_GAP}(?:n'existe pas|inconnue|introuvable)"
            rf"|(?:usuario|destinatario|dirección|cuenta|buzón){_NEAR}(?:desconocid"
            r"|no existe|no encontrad)|no existe (?:es[ea]|dich[oa]|el|la) \w+"
            rf"|(?:usuário|destinatário|endereço){_GAP}(?:desconhecid|não existe|inexistente"
            r"|não (?:foi |pôde ser )?encontrad)"
            r"|no se (?:ha )?encontr(?:ó|ado) (?:la dirección|el (?:usuario|destinatario|buzón))"
            r"|impossibile trovare l'indirizzo"
            r"|找不到[^。\n]{0,20}(?:地址|邮箱|郵箱|用户|用戶|收件人)"
            rf"|nessun utente|(?:utente|destinatario|indirizzo){_NEAR}(?:sconosciut|inesistente"
            rf"|non esiste|non trovat)|(?:gebruiker|ontvanger|adres){_NEAR}(?:onbekend|bestaat niet"
            rf"|niet gevonden)|(?:użytkownik|adresat|skrzynka){_NEAR}(?:nie istnieje|nieznan)"
            rf"|(?:пользовател|получател|адрес|ящик){_NEAR}(?:не (?:существует|найден)|неизвест"
            r"|недействител)|нет такого пользователя"
            r"|(?:アドレス|宛先|受信者|ユーザー?|リストに)[^。\n]{0,40}(?:見つかり|存在し|ありません|不明)"
            r"|(?:用户|用戶|地址|邮箱|郵箱|收件人)[^。\n]{0,60}(?:不存在|未找到|找不到|无效|無效)"
            r"|(?:사용자|주소|계정)[^.\n]{0,20}(?:존재하지|없습니다)|không tồn tại",
        ),
        (
            Reason.ROUTING,
            r"timed? ?out|connection refused|retry timeout|retry time|could not connect|loop"
            r"|no route to host|lost connection"
            r"|too many hops|not yet been delivered|delayed|lookup fail|unreachable",
        ),
    )
)
