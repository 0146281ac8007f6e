"""400 外呼: a number that may only take calls makes them (regime 3.14, 5.12)."""

from clearbell.discovery.detectors.model import Detector, Subject, high

DETECTOR = Detector(
    name="inbound_only",
    subject=Subject.CALLER,
    needs=high("attempts"),
    where=("inbound_only",),
    zh="仅供呼入的号码在 {window} 天内外呼 {attempts} 次",
    en="a number that may only take calls made {attempts} in {window} days",
)
