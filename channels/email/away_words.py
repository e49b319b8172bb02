"""How absence notes and automatic answers name themselves, by language."""

import re

_AUTOMATIC = (
    r"auto(?:matic(?:ally)?|mated)?[-: ]{0,2}(?:reply|response|respon[ds]\w*|answer|acknowledg\w*)"
    r"|automatische (?:antwort|reactie|beantwoording)|automatisch (?:antwoord|bericht)"
    r"|r[ée]ponse automatique|respuesta autom[áa]tica|resposta autom[áa]tica|risposta automatica"
    r"|autosvar|automatisk svar|automatiskt svar|automaattinen vastaus|automatyczna odpowied[źz]"
    r"|odpowied[źz] automatyczna|automatick[áa] odpov[eě][ďd]|automatikus v[áa]lasz"
    r"|r[ăa]spuns automat|otomatik (?:yan[ıi]t|cevap)|автоматический ответ|автоответ"
    r"|автоматична відповідь|αυτόματη απάντηση|自动(?:回复|答复)"
    r"|自動(?:回覆|返信|応答|回答)|不在通知"
    r"|자동 ?(?:회신|응답)|부재중|الرد (?:الآلي|التلقائي)|رد تلقائي|תשובה אוטומטית|trả lời tự động"
    r"|ตอบกลับอัตโนมัติ|(?:balasan|jawaban|respons?|tanggapan) otomatis|balas otomatis"
    r"|balasan automatik"
)
_AWAY = (
    r"out[- ]of[- ](?:the[- ])?office|away from (?:the |my )?(?:office|desk|e?-?mail)"
    r"|on (?:vacation|leave|(?:annual|parental|sick|maternity) leave|holidays?\b)"
    r"|(?:i am|i['’]m|i will be|be) (?:currently )?(?:away|traveling|travelling|absent)|away until"
    r"|vacation (?:reply|notice|message|response)|maternity leave|annual leave"
    r"|sedang (?:dalam )?(?:masa )?(?:cuti|libur|dinas|perjalanan dinas|tugas luar)"
    r"|(?:di luar|tidak (?:sedang )?(?:berada |ada )?di|jauh dari) (?:kantor|tempat)"
    r"|sedang tidak (?:masuk|di tempat)|dinas (?:ke )?luar|(?:mengambil|menjalani) cuti"
    r"|cuti (?:hingga|sampai|dari|mulai|tahunan|bersama|melahirkan|sakit)|(?:akan|masih) cuti"
    r"|bercuti|tiada di pejabat"
    r"|abwesenheit|nicht im (?:büro|haus)|im urlaub|außer haus|absence du bureau|absent du bureau"
    r"|je suis (?:absent|en cong)|en cong[ée]s|fuera de (?:la )?oficina|de vacaciones|estoy ausente"
    r"|fora do escrit[óo]rio|ausência tempor|de férias|fuori (?:sede|ufficio)|sono assente|in ferie"
    r"|afwezig|niet aanwezig|met vakantie|ikke til stede|fravær|på ferie|ej på kontoret|frånvaro"
    r"|på semester|poissa|lomalla|nieobecno|poza biurem|na urlopie|mimo kancel|nepřítomn|dovolen"
    r"|házon kívül|szabads[áa]g|ofis dışı|izindeyim|отсутств|вне офиса|в отпуске|не в офисе"
    r"|εκτός γραφείου|不在办公室|外出|休假|休暇|不在にし|부재|휴가"
    r"|خارج المكتب|إجازة|מחוץ למשרד|בחופשה|nghỉ phép|vắng mặt"
)
_PREFIX = r"auto ?:|o{2,3}f? ?[:–-]"
_ANSWERED = r"\W*(?!(?:re|aw|sv|antw|balas|bls|fwd?|tr) ?:)"
AUTOMATIC_SUBJECT = re.compile(rf"{_ANSWERED}(?:{_PREFIX}|{_AUTOMATIC})", re.IGNORECASE)
AWAY_SUBJECT = re.compile(
    rf"{_ANSWERED}(?:{_PREFIX}|{_AUTOMATIC}|.{{0,60}}(?:{_AWAY}))", re.IGNORECASE
)
"""Says so somewhere; counts with a header that supports it."""
AWAY_ALONE = re.compile(
    rf"{_ANSWERED}(?:(?:{_AUTOMATIC})\W*|(?:{_AUTOMATIC}) ?[:\]] ?.*"
    rf"|(?:{_AWAY})\W*(?:(?:auto)?-?(?:reply|notice|message|notification)\W*)?)",
    re.IGNORECASE,
)
"""Says nothing else; people write "On vacation, please deliver later"."""
AWAY_OF = re.compile(
    rf"\W*(?:auto ?: ?)?.{{0,80}}\bis (?:{_AWAY})\W*(?:\(returning [^()]{{3,60}}\))?\W*",
    re.IGNORECASE,
)
"""What Lotus Notes writes, in the third person; the text is in the first."""
AWAY_LABEL = re.compile(
    rf"{_ANSWERED}(?:{_PREFIX}|{_AUTOMATIC}|(?:.{{0,20}}\b)?(?:{_AWAY}|cuti\b|libur\b|absence\b))",
    re.IGNORECASE,
)
"""Begins with it, and may go on."""
AWAY_TEXT = re.compile(rf"{_AUTOMATIC}|{_AWAY}|automatically generated", re.IGNORECASE)
I_AM_AWAY = re.compile(
    rf"\b(?:i am|i['’]m|i will be|i['’]ll be|saya)\b.{{0,40}}(?:{_AWAY})", re.IGNORECASE
)
PROMISED = re.compile(
    r"(?:will|shall) (?:reply|respond|answer|get back|return (?:your|to)"
    r"|be (?:back|returning)|not be|not return|have (?:limited|no)|check)|automat"
    r"|(?:limited|no|intermittent) access to"
    r"|for (?:any )?(?:urgent|immediate|emergency)|(?:in|for) urgent (?:cases|matters)|is urgent"
    r"|thank(?:s| you) for (?:your|the) (?:e-?)?(?:mail|message)|(?:up)?on my return|when i return"
    r"|akan (?:segera )?(?:membalas|menjawab|menghubungi|merespons?|menanggapi|kembali|dibalas)"
    r"|untuk (?:hal(?:-hal)?|keperluan|urusan|kebutuhan) (?:yang )?(?:mendesak|urgent|penting"
    r"|darurat)"
    r"|terima ?kasih atas (?:e-?mail|pesan|surat)|akses (?:\w+ )?(?:yang )?terbatas"
    r"|otomatis|sekembali"
    r"|kembali (?:bekerja|masuk|ke kantor|aktif)|silah?kan (?:meng)?hubungi"
    r"|hubungi (?:rekan|kolega)"
    r"|contact my (?:colleague|assistant)|in dringenden|rückkehr"
    r"|vielen dank für ihre|zugriff|wieder (?:da|erreichbar|im büro|zurück)"
    r"|bis (?:zum|einschließlich)"
    r"|en cas d['’]urgence|pour toute urgence|de retour|à mon retour|merci (?:de|pour) votre"
    r"|mi regreso|gracias por su|acceso al correo|ao regressar|urgência|al mio rientro|urgenza"
    r"|terugkomst|dringende (?:zaken|vragen)|bedankt voor uw",
    re.IGNORECASE,
)
"""What absence notes say besides, and people to a shop hardly do."""
ASKED = re.compile(
    r"\?|tolong|\b(?:mohon|harap|minta) "
    r"(?!(?:untuk )?(?:(?:meng)?hubungi|maaf|maklum|kontak|tidak|jangan))"
    r"|\bplease (?!contact|call|e-?mail|note|reach|direct|feel|forward|resend|be\b|accept|do not"
    r"|don['’]t|send (?:an |your )?e-?mail|get in|use|refer|allow|expect|find|see)"
    r"|\b(?:kirim(?:kan)?|diantar|antar|pesanan|order|deliver(?:y)?|refund|garansi|warranty)\b"
    r"|\b(?:di)?pasang|\bteknisi\b|\btukang\b|\bkurir\b|\bkontak ?form|form(?:ulir)? kontak"
    r"|contact ?form|kontaktformular|formulaire de contact",
    re.IGNORECASE,
)
"""Asks something of a shop: a person is waiting."""
DECLARED = re.compile(
    r"\bthis is an? (?:automat(?:ed|ic)|auto-?generated) (?:reply|response|answer|acknowledge?ment)"
    r"|\b(?:ini (?:adalah|merupakan)|(?:e-?mail|pesan|surat) ini (?:adalah|merupakan)) (?:sebuah )?"
    r"(?:balasan|jawaban|tanggapan|respons?) (?:yang )?(?:otomatis|dibuat (?:secara )?otomatis)"
    r"|\b(?:e-?mail|pesan|balasan) ini (?:dikirim(?:kan)?|dibuat|dihasilkan|terkirim)"
    r" (?:secara )?otomatis"
    r"|\bdies ist eine automatisch(?:e| generierte| erstellte| versendete) (?:antwort|e-?mail"
    r"|nachricht|eingangsbestätigung)"
    r"|\bthis is an? (?:automat(?:ed|ic)|(?:(?:auto|computer|system)-?|automatically )generated)"
    r" (?:e-?mail|message|notification|notice)"
    r"|\bthis (?:e-?mail|message) (?:was|is|has been) (?:(?:sent|generated|created) automatically"
    r"|automatically (?:sent|generated|created))"
    r"|\b(?:ini (?:adalah|merupakan)|(?:e-?mail|pesan|surat) ini (?:adalah|merupakan)) (?:sebuah )?"
    r"(?:e-?mail|pesan|surat|surel|notifikasi) (?:yang )?otomatis"
    r"|\bini pesan otomatis[.!]"
    r"|\bceci est un (?:e-?mail|message|courriel|courrier) (?:envoyé |généré )?automatique"
    r"|\beste es un (?:mensaje|correo)(?: electrónico)? automático"
    r"|\besta é uma mensagem automática|\bquesto è un messaggio automatico"
    r"|\bdit is een automatisch(?:e| gegenereerd)? (?:bericht|e-?mail)",
    re.IGNORECASE,
)
"""A text that says of itself that a program answered."""
ACKNOWLEDGED = re.compile(
    r"\b(?:e-?mail|pesan|permintaan|permohonan|laporan|pengaduan|pertanyaan)(?: dari)?"
    r" (?:anda|bapak|ibu|bapak ?/ ?ibu|saudara) (?:telah|sudah) (?:kami terima|diterima oleh)"
    r"|\b(?:telah|sudah) (?:kami )?(?:menerima|terima) (?:e-?mail|pesan|permintaan|laporan) anda"
    r"|\bwe(?: have|['’]ve)? received your (?:e-?mail|message|request|ticket|inquiry|enquiry)",
    re.IGNORECASE,
)
NUMBERED = re.compile(
    r"\b(?:tic?ket|case|request|referen(?:ce|si)|laporan|pengaduan)\b"
    r"[^\n.?]{0,25}?#? ?[A-Z]{0,4}-?\d{3}|(?:tidak|jangan|not) (?:me)?(?:mbalas|reply)",
    re.IGNORECASE,
)
"""A helpdesk's receipt gives a number, or wants no answer to itself."""
CHALLENGE = re.compile(
    r"\b(?:ditambahkan|dimasukkan) ke(?: dalam)? daftar (?:pengirim|putih)"
    r"|\badded to (?:my|the|his|her|\w+['’]s)(?: recipient['’]s)? (?:list of )?"
    r"(?:allow|approv|authori[sz]|safe|guest|white)\w*[- ]?(?:list|senders?)"
    r"|confirm that you are (?:a )?(?:human|real|not a robot)",
    re.IGNORECASE,
)
"""A mailbox that takes mail only after a click."""
PASSED_ON = re.compile(r"\W*(?:fwd?|fw|wg|tr|rv|trs|terusan) ?:", re.IGNORECASE)
RECEIPT_SUBJECT = re.compile(
    r"(?:not |tidak )?(?:read|dibaca|gelesen|lu|le[ií]do|letto|gelezen)(?: receipt)? ?:",
    re.IGNORECASE,
)
RECEIPT_TEXT = re.compile(
    r"(?:your message|pesan anda|this is a (?:return |read )?receipt for)\b.{0,400}"
    r"(?:was (?:read|deleted|displayed)|(?:telah |)(?:dibaca|dihapus)|\bdisplayed)",
    re.IGNORECASE,
)
