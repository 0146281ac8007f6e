"""静默呼叫: a dialler calls more people than it has agents for, and drops them when they answer."""

from clearbell.discovery.detectors.model import Detector, Subject, high, low

DETECTOR = Detector(
    name="silent_calls",
    subject=Subject.CALLER,
    needs=(*high("silent_share"), *low("mutual_share")),
    tells=(*low("answer_share", "in_share"), *high("peak_concurrency", "first_callee_share")),
    sample="answered",
    zh="{answered} 次接通中 {silent_share} 无人说话即被主叫挂断",
    en="of {answered} answered calls {silent_share} were dropped at once by the caller",
)
