"""顺号扫描: one number after the next, whoever has it; many do not exist."""

from clearbell.discovery.detectors.model import Detector, Subject, high

DETECTOR = Detector(
    name="sequential",
    subject=Subject.CALLER,
    needs=high("sequential_share"),
    tells=high("failed_share", "first_callee_share"),
    sample="gaps",
    zh="{gaps} 次相邻呼叫中 {sequential_share} 为顺号;{failed_share} 为空号或无法接续",
    en="of {gaps} successive calls {sequential_share} went to the numbers that follow; {failed_share} could not be set up",
)
