"""猫池: many SIM cards at one place, used in strict turn call after call."""

from clearbell.discovery.detectors.model import UNWELCOME, Detector, Subject, high, low
from clearbell.discovery.detectors.rotation_unknown import MEMBER

DETECTOR = Detector(
    name="sim_bank",
    subject=Subject.GROUP,
    needs=(*high("callers", "alternation"), *low("answer_share")),
    tells=(*UNWELCOME, *high("callee_hangup_share")),
    extra=MEMBER,
    zh="同一中继 {callers} 个号码轮流使用(换号率 {alternation}),共 {attempts} 次;接通率 {answer_share}",
    en="{callers} numbers of one trunk used in turn ({alternation} of calls change the number), {attempts} calls; {answer_share} answered",
)
