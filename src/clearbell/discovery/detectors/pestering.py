"""反复催呼: calls a few people again and again who do not want to talk, as debt collectors do. The elderly redial too, and are rung back."""

from clearbell.discovery.detectors.model import STRANGER, UNWANTED, UNWELCOME, Detector, Subject, high, low

DETECTOR = Detector(
    name="pestering",
    subject=Subject.CALLER,
    needs=(*high("callee_day_max"), *low("callee_share"), *UNWANTED),
    where=("unregistered",),
    tells=(*UNWELCOME, *STRANGER[:1]),
    zh="单日对同一被叫最多 {callee_day_max} 次;{attempts} 次呼叫接通率 {answer_share},被叫挂断占 {callee_hangup_share}",
    en="up to {callee_day_max} calls a day to one number; of {attempts} calls {answer_share} answered, {callee_hangup_share} hung up by the callee",
)
