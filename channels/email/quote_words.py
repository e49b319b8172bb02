"""The words mail programs put above a quotation, below a text and between the two, by language.

Gmail, Outlook, Apple Mail, Yahoo, Thunderbird, Samsung, Zoho, Yandex, QQ and Naver were looked at.
A word alone proves nothing: `attribution` and `quoted` ask for a date or an address besides.
"""

import re

# --- "… wrote:", third person only; "I wrote:" in these languages is ruled out by FIRST_PERSON.
_WROTE_WORDS = (
    # Indonesian, Malay, English
    "menulis|menuliskan|tulis|berkata|mengirim|wrote|writes|said|sent"
    # German, Dutch, Danish, Norwegian, Swedish, Icelandic
    "|schrieb|schreibt|geschrieben|schreef|geschreven|skrev|skriver|skrifaði"
    # French, Spanish, Portuguese, Italian, Catalan, Romanian
    "|a écrit|écrivait|ecrit|écrit|escribi[oó]|ha escrito|escreveu|ha scritto|scrive|va escriure"
    "|a scris"
    # Polish, Czech, Slovak, Slovene, Croatian, Bulgarian, Russian, Ukrainian
    r"|napisał(?:\(a\)|a)?|pisze|napsal(?:\(a\)|a)?|napísal(?:\(a\)|a)?|napisal(?:\(a\)|a)?"
    r"|napisana przez|je napisao(?:/la)?|je napisala|napisala je|napisao je|написа"
    r"|написал(?:\(а\)|а)?|пишет|писал(?:\(а\)|а)?"
    r"|пише|написав|написала"
    # Finnish, Estonian, Latvian, Lithuanian, Hungarian, Turkish, Greek, Vietnamese
    "|kirjoitti|kirjutas|rakstīja|rašė|írta|ezt írta|yazdı|şunları yazdı|έγραψε|đã viết"
    # Arabic, Persian, Hebrew
    "|كتب|كتبت|نوشت|כתב|כתבה|כתב/ה"
    # Hindi, Bengali, Malayalam, Tamil
    "|ने लिखा|लिखा|লিখেছেন|എഴുതി|எழுதியது"
)
# Languages that put no space between words.
_WROTE_JOINED = "写道|寫道|写了|のメール|は書きました|さんは書きました|님이 작성|쓴 글|เขียน(?:ว่า)?"
WROTE = re.compile(rf"(?<!\w)(?:{_WROTE_WORDS})(?!\w)|(?:{_WROTE_JOINED})", re.IGNORECASE)

FIRST_PERSON = re.compile(
    r"(?<!\w)(?:saya|aku|kami|kita|i|we|ich|wir|ik|wij|jag|jeg|vi|je|nous|eu|nós|yo|я|мы|ja|my)"
    rf"\s+(?:\w+\s+)?(?:{_WROTE_WORDS})(?!\w)"
    r"|(?:schrieb|schreef|skrev|kirjoitti) (?:ich|wir|ik|wij|jag|jeg|minä)(?!\w)"
    r"|(?<!\w)j'ai (?:é|e)crit",
    re.IGNORECASE,
)
OTHER_PERSON = re.compile(
    rf"(?<!\w)(?:anda|kamu|dia|mereka|you|he|she|they)\s+(?:\w+\s+)?(?:{_WROTE_WORDS})(?!\w)",
    re.IGNORECASE,
)
"""Somebody the writer speaks to or of: counts only with the time of day in the line."""

# Words an attribution may begin with, where a line wrap moved the date to the next line.
OPENS = re.compile(
    r"(?:[-*_]{2,} ?)?(?:pada|tanggal|di|on|at|am|an|le|el|il|em|a|op|den|på|dnia|w dniu|dne|dňa"
    r"|la|в|у|на|kl\.?|στις|vào|ngày|בתאריך|ב|في|بتاريخ|在|于|於)(?!\w)",
    re.IGNORECASE,
)
BETWEEN_RULES = re.compile(
    rf"[*_ ]*-{{2,}} .{{1,120}}\b(?:{_WROTE_WORDS}) ?:? ?-{{2,}}[*_ ]*", re.IGNORECASE
)
"""Android's and Zoho's "---- Ana wrote ----": the rules on both sides are proof enough."""
QUOTING = re.compile(
    r"(?:quoting|zitat von|mengutip|citando(?: a)?|quoting from) .{1,160}", re.IGNORECASE
)
"""Horde's head; it counts only with an address."""
ABBREVIATED_DAY = re.compile(
    r"(?:on|pada(?: tanggal)?) (?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun|sen|sel|rab|kam|jum|sab|min"
    r"|isn|kha|aha?d)\.?,",
    re.IGNORECASE,
)
"""Programs shorten the name of the day; people who write a sentence do not."""
# What may stand between "wrote" and the colon besides names, dates and addresses.
FOLLOWING = re.compile(
    r"(?<!\w)(?:het|volgende|geschreven|the|following|folgendes|le texte suivant|ce qui suit"
    r"|lo siguiente|o seguinte|quanto segue|następująco|am|um|uhr|via|von|at|on|kl|klo|το|az"
    r"|följande|følgende|następujące|le|el|il|em|à|às|alle|ore|pm|vorm|nachm|gmt|utc|ezt|için)(?!\w)\.?",
    re.IGNORECASE,
)

# --- Outlook's and Yahoo's block. One canonical name for each label.
_SENT = (
    "sent|sent at|sent on|dikirim|terkirim|dihantar|gesendet|envoyé|envoyé le|enviado|enviado el"
    "|enviado em|enviada|enviada em|inviato|verzonden|sendt|skickat|wysłano|lähetetty|elküldve"
    "|küldve|gönderildi|gönderim tarihi|odesláno|odoslané|отправлено|надіслано|στάλθηκε|đã gửi"
    "|trimis|saadetud|发送时间|发送日期|寄件日期|傳送時間|送信日時|보낸 날짜|보낸날짜|보낸 시간"
    "|تاريخ الإرسال|أرسل|נשלח|ส่ง"
)
_LABELS = {
    "from": "from|dari|daripada|pengirim|von|de|da|van|fra|från|od|lähettäjä|feladó|kimden|gönderen"
    "|expéditeur|remitente|mittente|afzender|nadawca|odesílatel|от|від|от кого|από|từ|de la|saatja"
    "|发件人|寄件者|寄件人|發件人|差出人|送信者|보낸 사람|보낸사람|보낸이|من|מאת|จาก|frá",
    "sent": _SENT + "|date|tanggal|waktu|tarikh|datum|fecha|data|dato|päivämäärä|dátum|tarih|дата"
    "|ημερομηνία|ngày|日期|時間|时间|日時|日付|날짜|تاريخ|תאריך|วันที่",
    "to": "to|kepada|ke|untuk|penerima|an|à|a|para|aan|til|till|do|komu|vastaanottaja|címzett|kime"
    "|alıcı|către|destinataire|destinatario|adresat|кому|до|προς|đến|kam|saaja|sent to|risposta"
    "|收件人|收件者|宛先|받는 사람|받는사람|받는이|إلى|אל|ถึง",
    "cc": "cc|tembusan|salinan|kopie|kopia|kopi|copie|copie à|копия|копія|抄送|副本|참조|نسخة|עותק"
    "|ccn|dw|kopio|másolatot kap|bilgi|κοιν",
    "subject": "subject|subjek|perihal|hal|judul|betreff|objet|asunto|oggetto|assunto|onderwerp"
    "|emne|ämne|temat|aihe|tárgy|konu|předmět|predmet|subiect|тема|θέμα|chủ đề|tiêu đề|teema"
    "|主题|主題|主旨|件名|제목|الموضوع|נושא|เรื่อง",
    "other": "importance|reply-to|balas ke|priority|wichtigkeit|attachment|attachments|lampiran"
    "|organization|in-reply-to|message-id|reply to|antwort an|répondre à|responder a",
}
LABELS = {word: label for label, words in _LABELS.items() for word in words.split("|")}
"""From what stands before the colon, in lower case, to "from", "sent", "to", "cc", "subject"."""
SENT_LABELS = frozenset(_SENT.split("|"))
"""The labels that say "sent"; those that say "date" also stand in letters and notes."""

# --- Lines that stand between a text and what it answers.
_ORIGINAL = (
    "original message|original mail|original e-?mail|original appointment|reply message"
    "|antwort nachricht|pesan balasan"
    "|original-?nachricht|urspr[üu]ngliche (?:nachricht|e-mail)|originalnachricht"
    "|message d['’]origine|message original|message initial|courriel original|mensaje original"
    "|mensagem original|messaggio originale|oorspronkelijk bericht|oprindelig (?:besked|meddelelse)"
    "|opprinnelig melding|ursprungligt meddelande|alkuperäinen viesti|oryginalna wiadomość"
    "|wiadomość oryginalna|wiadomość pierwotna|původní (?:zpráva|e-mail)|pôvodná správa"
    "|eredeti üzenet|mesaj original|mesajul original|orijinal (?:mesaj|ileti)|özgün ileti"
    "|исходное (?:сообщение|письмо)|оригинальное сообщение|оригінальне повідомлення|αρχικό μήνυμα"
    "|thư gốc|tin nhắn gốc|mesej asal"
    "|(?:pesan|e-?mail|surel) (?:asli|awal|semula|original|sebelumnya)"
    "|原始邮件|原始郵件|原邮件|元のメッセージ|원본 ?메[시일]지?|원본 메일"
    "|الرسالة الأصلية|הודעה מקורית|ข้อความต้นฉบับ"
)
_FORWARDED = (
    "forwarded (?:message|mail|e-?mail)|forwarded by .{1,80}"
    "|(?:pesan|e-?mail|surel) (?:yang )?(?:di)?terus(?:kan|an)|pesan penerusan"
    "|(?:mesej|e-?mel) (?:yang )?dimajukan"
    "|weitergeleitete nachricht|message transf[ée]r[ée]|mensaje reenviado|mensagem encaminhada"
    "|messaggio inoltrato|doorgestuurd bericht|videresendt (?:besked|meddelelse|melding)"
    "|vidarebefordrat (?:mejl|meddelande)|välitetty viesti|przekazana wiadomość"
    "|wiadomość przekazana|přeposlaná zpráva|továbbított üzenet|mesaj redirecționat|iletilen mesaj"
    "|пересылаемое (?:сообщение|письмо)|пересланное сообщение|προωθημένο μήνυμα|转发的?邮件"
    "|轉寄的?郵件|転送(?:された)?メッセージ|전달된 ?메[시일]지?|رسالة (?:معاد توجيهها|محولة)"
    "|הודעה שהועברה"
)
_RULE = r"[*_ ]*(?:[-_=]{2,}|—{1,})"
DIVIDER_LINE = re.compile(
    rf"{_RULE} *(?:{_ORIGINAL}) *[-_=—]{{2,}}[*_ ]*(?P<rest>.*)", re.IGNORECASE
)
DIVIDES_WITHIN = re.compile(rf"-{{4,}} ?(?:{_ORIGINAL}|{_FORWARDED}) ?-{{4,}}", re.IGNORECASE)
"""The same where a program glued it to the last line of the text."""
FORWARD_LINE = re.compile(
    rf"(?:{_RULE} *(?:{_FORWARDED}) *[-_=—]{{2,}}[*_ ]*|-{{8,}} *(?:{_FORWARDED})"
    r"|(?:(?:begin )?forwarded message|mulai meneruskan pesan"
    r"|(?:mulai|awal) pesan (?:terusan|yang diteruskan)"
    r"|début du message (?:réexpédié|transféré)|anfang der weitergeleiteten (?:e-mail|nachricht)"
    r"|inizio messaggio inoltrato|inicio del mensaje reenviado|início da mensagem (?:reenviada"
    r"|encaminhada)|begin doorgestuurd bericht|vidarebefordrat brev|начало переадресованного"
    r" (?:сообщения|письма)|転送されたメッセージ|以下是转发的邮件) ?[:：])",
    re.IGNORECASE,
)

FORWARDED = re.compile(
    r"\W*(?:fwd?|forward(?:ed)?|wg|tr|rv|enc|i|vb|pd|doorst|trs|(?:di)?teruskan|пересл"
    r"|转发|轉寄|転送|전달) ?[:：]",
    re.IGNORECASE,
)
ANSWERED = re.compile(
    r"\W*(?:re|r|aw|sv|antw|balas|bls|odp|ynt|res|ref|atb|vast|отв|回复|回覆|答复|返信|답장)"
    r" ?(?:\[\d+\])?[:：]",
    re.IGNORECASE,
)

# --- What a mail server puts above a mail from outside the company.
BANNER = re.compile(
    r"\W*(?:(?:caution|warning|attention|notice|alert|be careful|perhatian|peringatan|awas|achtung"
    r"|vorsicht|warnung|hinweis|attention|atención|atenção|attenzione|let op)\b"
    r".{0,80}\b(?:external (?:sender|source|e-?mail|mail|address)|outside (?:of )?(?:the|your|our)"
    r" (?:organi[sz]ation|company)|originated (?:from )?outside|pengirim (?:dari )?luar"
    r"|(?:dari )?luar (?:organisasi|perusahaan|kantor)|(?:pengirim|e-?mail) eksternal"
    r"|externe[rnms]? (?:absender|e-?mail|afzender)|expéditeur externe|remitente externo"
    r"|remetente externo|mittente esterno)"
    r"|\[?(?:external(?: (?:sender|e-?mail|mail))?|eksternal)\]?\W*$"
    r"|(?:this (?:message|e-?mail|mail) (?:is|was|came|originated|has been) (?:sent )?(?:from )?"
    r"(?:an external|outside))"
    r"|(?:some people who received this message|you) don['’]t often get e-?mail from"
    r"|anda tidak sering (?:menerima|mendapat(?:kan)?) e-?mail dari)",
    re.IGNORECASE,
)

# --- The advertisement a phone or a mail program adds.
_DEVICE = (
    r"(?:iphone|ipad|ipod|ios|apple|mac(?:book)?\b|imac\b|android|samsung|galaxy|xiaomi|redmi|oppo|vivo|realme|huawei"
    r"|infinix|tecno|itel|poco|honor|asus|oneplus|motorola|(?:mi|perangkat|peranti) saya"
    r"|(?:perangkat|peranti) (?:\w+ ){1,2}saya|aplikasi (?:e-?mail|mymail)|mymail|seluler|gawai"
    r"|htc|lg\b|sony|nexus|pixel|wiko|blackberry|nokia|lumia|yahoo|gmail|gmx|outlook|windows|hotmail"
    r"|thunderbird|ponsel|hp\b|handphone|phone|telefon|téléphone|teléfono|telefone|telefoon|cellulare"
    r"|handy|mobil|móvil|mobile|mobilgerät|mobiltelefon|telepon|tablet|smartphone|proton|aqua ?mail"
    r"|spark|bluemail|typeapp|fairemail|nine|k-9|mailbox|airmail|sparrow|mailspring|zoho|web\.de|mail\.ru|yandex|почт"
    r"|телефон|устройств|手机|手機|スマートフォン|携帯|휴대|هاتف|الآيفون)"
)
ADVERTISEMENT = re.compile(
    r"(?!.*(?:\b(?:is|are|was|were|has|adalah|belum|sudah|kemarin|tadi|besok|ke|tapi|karena|mohon"
    r"|tolong|yang|dan|dengan mobil|bukan|kurir)\b|\?))"
    r"[-\s*_<(]*(?:(?:di|ter)kirim (?:dari|dr|melalui|via|menggunakan|pakai|lewat|dengan|daripada)"
    r"|dihantar (?:dari|daripada|melalui|menggunakan)|sent (?:from|via|with|using|by)"
    r"|from my|dapatkan outlook|get \[?outlook|unduh outlook|download outlook"
    r"|(?:get|dapatkan|unduh) (?:typeapp|bluemail|aqua ?mail) (?:for|untuk|bagi)"
    r"|envoy[ée] (?:de(?:puis)?|à partir|avec|via)|enviado (?:desde|do|de|con|a partir|com|pelo)"
    r"|enviada (?:desde|do)|inviato (?:da|con|dal)|gesendet (?:von|mit|über)"
    r"|(?:diese (?:nachricht|e-mail) wurde )?von meinem|verzonden (?:met|vanaf|van|via)|verstuurd"
    r"|sendt (?:fra|med)|skickat från|hämta outlook|lähetetty|wysłan[eoy] z|pobierz outlook"
    r"|odesláno|poslané z|küldve|trimis (?:de|din)|gönderildi|отправлено (?:с|из)|надіслано з"
    r"|στάλθηκε από|εστάλη από|được gửi|télécharger outlook|obtener outlook|obter o outlook"
    r"|outlook für|desde mi|[发發]自我?的?|[從从]我的|获取|取得"
    r"|أرسلت من|أُرسلت من|تم الإرسال|נשלח מ|나의|내)"
    rf".{{0,45}}{_DEVICE}.{{0,60}}|[-\s*_<(]*.{{0,12}}{_DEVICE}.{{0,25}}"
    r"(?:から送信|에서 보냄|küldve|gesendet|gönderildi|lähetetty|傳送|发送|送信)\.?"
    r"|yahoo (?:e-?mail|mail|mel): .{3,60}|powered by .{0,30}blackberry.{0,3}"
    r"|sent from my [^,.?!:]{1,40}\.?|(?:sent (?:from|via|with)|get) [\w .'-]{1,40}<link>",
    re.IGNORECASE,
)

DEVICE = re.compile(_DEVICE, re.IGNORECASE)

# --- What stands above or below the history besides, in help desks and forums.
EARLIER = re.compile(
    r"[*_# ]*(?:previous (?:repl(?:y|ies)|messages?|discussion|conversation|comments?)"
    r"|(?:conversation|message) history|earlier (?:replies|messages)"
    r"|(?:vorherige|frühere) (?:antworten|nachrichten)|(?:réponses|messages) précédente?s"
    r"|respuestas anteriores|respostas anteriores|risposte precedenti"
    r"|eerdere (?:antwoorden|berichten)"
    r"|(?:balasan|pesan|percakapan|diskusi|riwayat) sebelumnya|riwayat (?:percakapan|pesan))[*_ ]*",
    re.IGNORECASE,
)
"""The title of the history; a person writes it too, so it counts only below a rule."""
THIS_LINE = re.compile(
    r"\b(?:above this line|oberhalb dieser zeile|über dieser zeile|au-dessus de cette ligne"
    r"|(?:por )?encima de esta línea|acima desta linha|sopra (?:questa|la) (?:riga|linea)"
    r"|boven deze (?:regel|lijn)|di ?atas (?:baris|garis) ini)\b",
    re.IGNORECASE,
)
"""Where to write the answer, as a help desk says it between rules."""
