"""无同意外呼: a commercial holder calls people whose consent is not on record (regime 1.6, 5.8)."""

from clearbell.discovery.detectors.model import Detector, Subject, high

DETECTOR = Detector(
    name="no_consent",
    subject=Subject.HOLDER,
    needs=high("unconsented_share"),
    where=("commercial",),
    sample="callees",
    zh="{callees} 个被叫中 {unconsented_share} 没有同意记录",
    en="of {callees} callees {unconsented_share} have no consent on record",
)
