"""How servers say in words that a mail was not delivered: subjects, first lines, returned copies.

Only for reports without a machine-readable part: where there is one, words decide nothing.
"""

import re

SUBJECT = re.compile(
    r"undeliver|deliver(?:y|ing)? (?:status|report|warning|problem|error|delay)|failed delivery"
    r"|error sending your mail|mail (?:system )?(?:failed|failure|error)|failed mail"
    r"|(?:delivery|non-?delivery|bounce) notif|failure notice|returned (?:e-?)?mail|mail delivery"
    r"|(?:mail|message|e-?mail) (?:could )?not (?:be )?delivered|delivery (?:has )?(?:been )?fail"
    r"|delivery failure|non-?deliver|returned to sender|could(?:n['’]t| not) be delivered"
    r"|message delayed"
    r"|could ?n[o']t send|can(?:not|'t) send|user unknown|permanent (?:delivery )?failure"
    r"|message you sent (?:was )?blocked|delayed mail|processing error|message status"
    r"|warning: (?:could not|message)|errors from .+\["
    r"|(?:tidak|tak) (?:dapat |bisa |berhasil |)?(?:di|ter)(?:kirim|sampaikan)"
    r"|gagal (?:(?:di|ter)?kirim|mengirim)|kegagalan pengiriman|(?:pesan|e-?mail) (?:di)?blokir"
    r"|pengiriman (?:pesan |e-?mail |surat |anda )*(?:telah |tidak )?(?:gagal|tertunda|berhasil)"
    r"|(?:pesan|e-?mail|surat) (?:anda )?(?:tidak (?:sampai|tersampaikan)|dikembalikan|tertunda)"
    r"|gagal pengiriman|tak dapat dihantar"
    r"|unzustellbar|nicht zugestellt|zustellung|non (?:remis|distribu[ée]|livr[ée])"
    r"|échec (?:de la |de )?(?:remise|distribution)|no se (?:puede|pudo|ha podido) entregar"
    r"|no (?:se ha )?entregado|error (?:de|en la) entrega|não (?:foi )?entregue|falha na entrega"
    r"|não é possível entregar|impossibile recapitare"
    r"|mancata consegna|non (?:recapitat|consegnat)|mancato recapito|onbestelbaar"
    r"|niet (?:bezorgd|afgeleverd)|ikke leveres|ikke levert|olevererbart|kunde inte levereras"
    r"|ei voitu toimittaa|niedostarcz|nie dostarczon|nedoručiteln|nedoručen|kézbesíthetetlen"
    r"|nelivrat|teslim edilemedi|iletilemedi|δεν παραδόθηκε|не доставлен|недоставлен"
    r"|не может быть доставлен|невозможно доставить|не доставлено"
    r"|配信(?:でき|不能|エラー|失敗)|送信(?:できません|失敗)|エラーメール|退信|投递失败|投遞失敗|传递失败|傳遞失敗"
    r"|无法(?:投递|送达|传递)|未傳遞|寄送失敗|传输失败"
    r"|배달되지|반송|전송 ?실패|전달되지|لم يتم تسليم|تعذر (?:ال)?تسليم|לא נמסרה|ไม่สามารถส่ง"
    r"|không thể gửi",
    re.IGNORECASE,
)
_ONE = r"<?[^\s<>@]{1,64}@[^\s<>]{1,190}>?"
_OF_MAIL = (
    r"this is the qmail-send program|created automatically by (?:the )?mail delivery (?:soft|sys)"
    r"|this is the mail system at host|this is the (?:dragonfly mail agent|mailer-daemon)"
    r"|deliver(?:y|ing) (?:of your message )?to the following (?:recipient|address)"
    r"|(?:did not|has not) reach(?:ed)? the following recipient"
    r"|unable to deliver (?:your |the )?(?:message|mail)|error delivering your (?:mail|message)"
    r"|invalid user address|trouble delivering your message|failed recipients? ?[-:]"
    r"|your (?:e-?)?(?:message|mail) (?:did not reach|couldn't be|wasn't|was not|cannot be) ?deliv"
    r"|your message did not reach|could not deliver (?:the |your )?message to"
    r"|following addresses had (?:permanent )?(?:fatal|delivery) errors"
    r"|sorry,? we were unable to deliver|inform you that (?:your|the) message"
    r"|the following recipients? did not receive|wasn't able to deliver the following message"
    r"|was automatically rejected:|transcript of session follows"
    r"|delivery has failed to (?:these|the following)|error occurred while trying to deliver"
    r"|not reach some or all of the intended recip"
    r"|permanent fatal (?:delivery )?errors|recipient\(s\) could not be reached"
    r"|could not deliver (?:the |your )?message to (?:the following|some)"
    r"|(?:pesan|e-?mail|surat)(?: anda)? (?:tidak|gagal|belum)(?: dapat| bisa| berhasil)?"
    r" (?:ter|di)(?:kirim(?:kan)?|sampaikan) (?:ke|kepada)\b"
    r"|mengirim(?:kan)? (?:pesan|e-?mail|surat)(?: anda)? (?:ke|kepada)\b"
    r"|(?:could not be|wasn't|couldn't be|was not|cannot be) delivered to:?\s*"
    r"(?:the following|one or more|some (?:recip|addr)|<?[^\s<>@]{1,64}@)"
    r"|pengiriman (?:telah gagal )?ke (?:penerima|alamat)[^\n]{0,60}(?:gagal|berikut)"
)
OPENING_OF_MAIL = re.compile(_OF_MAIL, re.IGNORECASE)
"""Of a mail, and not of a parcel."""
OPENING = re.compile(
    rf"{_OF_MAIL}|(?:could not be|wasn't|couldn't be|was not) delivered to\b"
    rf"|(?:your (?:e-?mail |mail )?message|message you sent) to\s+{_ONE}\s+"
    r"(?:(?:was|has been|is|could) (?:rejected|refused|blocked|not)|couldn['’]t be)"
    rf"|(?:pesan|e-?mail|surat) anda (?:ke|kepada|untuk)\s+{_ONE}\s+(?:telah )?"
    r"(?:ditolak|diblokir|dikembalikan|tidak|gagal)",
    re.IGNORECASE,
)
LATER = re.compile(
    r"not yet been delivered|(?:message|mail) (?:is |has been )?(?:still )?delayed"
    r"|will (?:be )?retr|delay reason|temporary failure report|has been postponed"
    r"|will (?:keep|continue) (?:trying|to)|no action is required|this is a warning message only"
    r"|do not need to resend|delivery attempts will continue"
    r"|tidak perlu (?:dikirim|mengirim) ulang|akan (?:terus )?(?:dicoba|mencoba)",
    re.IGNORECASE,
)
GIVEN_UP = re.compile(
    r"giving up|given up|not going to try again|in the queue too long|permanent (?:error|failure)"
    r"|retry timeout exceeded|will be deleted from queue",
    re.IGNORECASE,
)
COPY = re.compile(
    r"^[ \t]*(?:[-*=]+ ?(?:below this line is a copy|this is a copy|original message|begin message"
    r"|pesan asli|urspr[üu]ngliche|unsent message|returned mail|returned message|message header"
    r"|message headers?|header of the (?:source|original)|contents of the undelivered|the header)"
    r"|original message (?:headers|follows)|original message:?[ \t]*$|message headers? follow"
    r"|diagnostic information for administrators"
    r"|(?:below is|a summary of|here is) (?:a copy|the und)"
    r"|the (?:first \d+ lines|header) of (?:the|your) original|below is a copy of)[^\n]*"
    r"|^(?=(?:return-path: |received: ?(?:from|by|\()))",
    re.IGNORECASE | re.MULTILINE,
)
SCANNERS = re.compile(r"apparently originated (?:at|from)\b|^content type: \w", re.I | re.M)
"""A content filter tells its administrator of somebody's mail; nothing came back."""
DAEMON = re.compile(
    r"mailer-?daemon|post_?master|mail-?daemon|mdaemon|mail\.delivery\.(?:sub)?system"
    r"|microsoftexchange\w*|mailadmin|double-bounce|smtp_mail_service"
)
DAEMON_NAME = re.compile(
    r"mail(?:er)? ?(?:delivery|system|daemon|service|administrator|deliver system)|mailer-daemon"
    r"|delivery (?:sub)?system|post ?master|interscan|system administrator|ndr administrator"
    r"|mail server|mailserver",
    re.IGNORECASE,
)
AFTER_DATA = re.compile(
    r"(?:in reply to|after) (?:the )?end of data|^[ \t>]*>>> \.?data\b|smtp command\s+data"
    r"|failed after i sent the message|step: data|did not like our final data"
    r"|after (?:sending )?data\b",
    re.IGNORECASE | re.MULTILINE,
)
CERTAIN = re.compile(
    r"(?:doesn['’]t|does not) have an? \S+ account|destinataire inva|no longer"
    r"|(?<!your )(?:account|mailbox)\s+(?:has\s+been|is|was)\s+(?:disabled|deactivated)"
    r"|mailbox\s+(?:not\s+found|is\s+disabled)|invalid\s+mailbox|local\s+mailbox\s+\S+\s+is\s+unavailable",
    re.IGNORECASE,
)
"""Says of the address what no filter would."""
