"""陌生推销: slower than high frequency, but all to strangers who hang up and never ring back."""

from clearbell.discovery.detectors.model import STRANGER, UNWANTED, UNWELCOME, Detector, Subject, high

DETECTOR = Detector(
    name="cold_calling",
    subject=Subject.CALLER,
    needs=(*high("callee_share"), *UNWANTED),
    where=("unregistered",),
    tells=(*UNWELCOME, *STRANGER),
    zh="{window} 天内呼叫 {attempts} 次,几乎都是陌生号码;接通率 {answer_share},被叫挂断占 {callee_hangup_share},回拨率 {in_share}",
    en="{attempts} calls in {window} days, nearly all to strangers; {answer_share} answered, {callee_hangup_share} hung up by the callee, {in_share} calls come in for each made",
)
