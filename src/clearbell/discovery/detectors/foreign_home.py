"""虚假境外来电: a foreign trunk shows a home number that calls strangers. Who roams calls friends, and they call back."""

from clearbell.discovery.detectors.model import Detector, Subject, high, low

DETECTOR = Detector(
    name="foreign_home",
    subject=Subject.CALLER,
    needs=(*high("foreign_home_share", "callee_share"), *low("mutual_share")),
    tells=(*low("in_share", "answer_share"), *high("first_callee_share", "callee_hangup_share")),
    zh="{attempts} 次呼叫中 {foreign_home_share} 自境外中继显示 +86 号码;与被叫互通仅 {mutual_share}",
    en="{foreign_home_share} of {attempts} calls come from abroad and show a +86 number; {mutual_share} of the callees ever called it",
)
