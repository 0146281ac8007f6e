"""呼死你(被叫侧): one number is rung by many callers within an hour and cannot be meant by all of them."""

from clearbell.discovery.detectors.model import Detector, Subject, high, low

DETECTOR = Detector(
    name="bombed",
    subject=Subject.CALLEE,
    needs=(*high("in_hour_max", "in_per_caller"), *low("in_answer_share")),
    tells=high("in_callers_hour_max"),
    sample="in_attempts",
    zh="一小时内收到 {in_hour_max} 次来电(同时有 {in_callers_hour_max} 个号码),接听率 {in_answer_share}",
    en="{in_hour_max} calls came in within an hour, from up to {in_callers_hour_max} numbers; {in_answer_share} were answered",
)
