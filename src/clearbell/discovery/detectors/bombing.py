"""呼死你(主叫侧): numbers that call hardly anyone but one victim, many in the same hour, and say nothing. Couples talk."""

from clearbell.discovery.detectors.model import Detector, Subject, high, low

DETECTOR = Detector(
    name="bombing",
    subject=Subject.GROUP,
    needs=high("callers", "attempts"),
    tells=(*low("talk_mean_s", "answer_share"), *high("short_share", "callee_hangup_share")),
    extra=("member_victim_share", "member_attempts"),
    zh="{callers} 个号码共 {attempts} 次只打同一被叫;平均通话 {talk_mean_s} 秒,极短通话占 {short_share}",
    en="{callers} numbers made {attempts} calls to one number and hardly any other; mean talk {talk_mean_s} s, {short_share} very short",
)
