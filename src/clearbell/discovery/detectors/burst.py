"""突发群呼: a day's calls crowded into an hour. Schools and emergency notices do so too, and are registered and welcome."""

from clearbell.discovery.detectors.model import STRANGER, UNWANTED, UNWELCOME, Detector, Subject, high

DETECTOR = Detector(
    name="burst",
    subject=Subject.CALLER,
    needs=(*high("attempts_hour_max", "peak_concurrency"), *UNWANTED),
    where=("unregistered",),
    tells=(*UNWELCOME, *STRANGER),
    zh="单小时呼叫 {attempts_hour_max} 次,并发 {peak_concurrency} 路;接通率 {answer_share},被叫挂断占 {callee_hangup_share}",
    en="{attempts_hour_max} calls in one hour, {peak_concurrency} at a time; {answer_share} answered, {callee_hangup_share} hung up by the callee",
)
