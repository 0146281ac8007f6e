"""换号(主体): a holder spreads unwelcome calls over many numbers, so that none stands out.

A firm with many lines shows as many numbers as it has calls at a time; who rotates has far more numbers than lines.
"""

from clearbell.discovery.detectors.model import UNWANTED, UNWELCOME, Detector, Subject, high, low

DETECTOR = Detector(
    name="rotation",
    subject=Subject.HOLDER,
    needs=(*high("callers", "numbers_per_line", "first_callee_share"), *low("attempts_per_number"), *UNWANTED),
    where=("other_purpose",),
    tells=UNWELCOME,
    zh="使用 {callers} 个号码,平均每号 {attempts_per_number} 次,号码数为并发线路的 {numbers_per_line} 倍;接通率 {answer_share},被叫挂断占 {callee_hangup_share}",
    en="{callers} numbers with {attempts_per_number} calls each, {numbers_per_line} for each line in use; {answer_share} answered, {callee_hangup_share} hung up by the callee",
)
