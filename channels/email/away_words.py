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
    r"|ตอบกลับอัตโนมัติ|balasan otomatis|jawaban otomatis|respons? otomatis|balas otomatis"
    r"|balasan automatik"
)
_AWAY = (
    r"out of (?:the )?office|away from (?:the |my )?(?:office|desk|e?-?mail)|on (?:vacation|leave)"
    r"|i am away|away until|vacation (?:reply|notice|message)|maternity leave|annual leave"
    r"|sedang cuti|(?:di luar|tidak (?:berada |ada )?di) kantor|sedang tidak di tempat"
    r"|cuti (?:hingga|sampai|tahunan|bersama|melahirkan)|bercuti|tiada di pejabat"
    r"|abwesenheit|nicht im (?:büro|haus)|im urlaub|außer haus|absence du bureau|absent du bureau"
    r"|je suis (?:absent|en cong)|en cong[ée]s|fuera de (?:la )?oficina|de vacaciones|estoy ausente"
    r"|fora do escrit[óo]rio|ausência tempor|de férias|fuori (?:sede|ufficio)|sono assente|in ferie"
    r"|afwezig|niet aanwezig|met vakantie|ikke til stede|fravær|på ferie|ej på kontoret|frånvaro"
    r"|på semester|poissa|lomalla|nieobecno|poza biurem|na urlopie|mimo kancel|nepřítomn|dovolen"
    r"|házon kívül|szabads[áa]g|ofis dışı|izindeyim|отсутств|вне офиса|в отпуске|не в офисе"
    r"|εκτός γραφείου|不在办公室|外出|休假|休暇|不在にし|부재|휴가"
    r"|خارج المكتب|إجازة|מחוץ למשרד|בחופשה|nghỉ phép|vắng mặt"
)
_ANSWERED = r"\W*(?!(?:re|aw|sv|antw|balas|bls|fwd?|tr) ?:)"
AWAY_SUBJECT = re.compile(rf"{_ANSWERED}(?:{_AUTOMATIC}|.{{0,60}}(?:{_AWAY}))", re.IGNORECASE)
"""Says so somewhere; counts with a header that supports it."""
AWAY_ALONE = re.compile(
    rf"{_ANSWERED}(?:(?:{_AUTOMATIC})\W*|(?:{_AUTOMATIC}) ?: ?.*"
    rf"|(?:{_AWAY})\W*(?:(?:auto)?-?(?:reply|notice|message|notification)\W*)?)",
    re.IGNORECASE,
)
"""Says nothing else; people write "On vacation, please deliver later"."""
AWAY_TEXT = re.compile(rf"{_AUTOMATIC}|{_AWAY}|automatically generated", re.IGNORECASE)
