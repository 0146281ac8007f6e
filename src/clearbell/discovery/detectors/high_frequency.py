"""高频呼叫: many calls in a busy hour to people who do not want them. Couriers and drivers call as much and are answered."""

from clearbell.discovery.detectors.model import STRANGER, UNWANTED, UNWELCOME, Detector, Subject, high

DETECTOR = Detector(
    name="high_frequency",
    subject=Subject.CALLER,
    needs=(*high("attempts_hour_max", "callee_share"), *UNWANTED),
    where=("unregistered",),
    tells=(*UNWELCOME, *STRANGER),
    zh="{window} 天内呼叫 {attempts} 次,单小时最多 {attempts_hour_max} 次;接通率 {answer_share},被叫挂断占 {callee_hangup_share},极短通话占 {short_share}",
    en="{attempts} calls in {window} days, up to {attempts_hour_max} an hour; {answer_share} answered, of these {callee_hangup_share} hung up by the callee and {short_share} very short",
)
