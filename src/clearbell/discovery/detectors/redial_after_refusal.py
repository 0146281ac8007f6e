"""拒绝后再呼: a holder goes on calling, from whichever number, those who refused it (regime 1.7).

Who hangs up at once may only be busy: to be sure it takes refusals that stand in the consent book.
"""

from clearbell.discovery.detectors.model import Detector, Subject, high

DETECTOR = Detector(
    name="redial_after_refusal",
    subject=Subject.HOLDER,
    needs=high("repeats_after_refusal", "repeat_share"),
    tells=high("booked_repeats", "refused_share", "callee_hangup_share"),
    sample="refusing_callees",
    zh="{refusing_callees} 个被叫拒绝后,又呼叫 {repeats_after_refusal} 次,占全部呼叫 {repeat_share};其中 {booked_repeats} 次打给已登记拒绝的用户",
    en="{repeats_after_refusal} calls to numbers that had refused ({refusing_callees} did), {repeat_share} of all calls; {booked_repeats} to those whose refusal is on record",
)
