"""擅改用途: numbers registered for service or notices are used to sell (regime 1.23, 3.2). Pollsters talk longer."""

from clearbell.discovery.detectors.model import UNWANTED, UNWELCOME, Detector, Subject, high

DETECTOR = Detector(
    name="purpose",
    subject=Subject.HOLDER,
    needs=(*high("callee_share"), *UNWANTED, *UNWELCOME[:1]),
    where=("other_purpose",),
    tells=(*UNWELCOME[1:], *high("first_callee_share")),
    zh="登记用途非商业,却向陌生人呼叫 {attempts} 次;接通率 {answer_share},被叫挂断占 {callee_hangup_share},极短通话占 {short_share}",
    en="not registered for commercial calls, yet {attempts} calls to strangers; {answer_share} answered, {callee_hangup_share} hung up by the callee, {short_share} very short",
)
