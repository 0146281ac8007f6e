"""仿冒邻号: on one trunk, callers show numbers that share all but the last four digits with whom they call."""

from clearbell.discovery.detectors.model import Detector, Subject, high

DETECTOR = Detector(
    name="neighbour_spoofing",
    subject=Subject.TRUNK,
    needs=high("neighbour_share", "callers"),
    zh="该中继 {attempts} 次呼叫中 {neighbour_share} 显示与被叫同号段的主叫,涉及 {callers} 个号码",
    en="{neighbour_share} of {attempts} calls on the trunk show a number of the callee's own range, {callers} numbers in all",
)
