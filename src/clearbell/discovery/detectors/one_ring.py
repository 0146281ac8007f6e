"""响一声: rings once and waits for the call back. A courier may ring once as a sign, but is answered otherwise."""

from clearbell.discovery.detectors.model import Detector, Subject, high, low

DETECTOR = Detector(
    name="one_ring",
    subject=Subject.CALLER,
    needs=(*high("one_ring_share", "callee_share"), *low("answer_share")),
    zh="{attempts} 次呼叫中 {one_ring_share} 响一声即挂,接通率仅 {answer_share}",
    en="{one_ring_share} of {attempts} calls were hung up after one ring; only {answer_share} were answered",
)
