"""时段外外呼: unwelcome calls outside the hours of commercial calls. Night drivers are welcome at night."""

from clearbell.discovery.detectors.model import STRANGER, UNWANTED, UNWELCOME, Detector, Subject, high

DETECTOR = Detector(
    name="out_of_hours",
    subject=Subject.CALLER,
    needs=(*high("out_of_hours_share"), *UNWANTED),
    tells=(*UNWELCOME, *STRANGER[:1]),
    zh="{attempts} 次呼叫中 {out_of_hours_share} 在规定时段之外;接通率 {answer_share},被叫挂断占 {callee_hangup_share}",
    en="{out_of_hours_share} of {attempts} calls outside the permitted hours; {answer_share} answered, {callee_hangup_share} hung up by the callee",
)
