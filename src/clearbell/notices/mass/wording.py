"""Names of states and outcomes, in Chinese and English."""

from __future__ import annotations

from clearbell.notices.mass.model import MassState, Outcome

STATES = {
    MassState.DRAFT: ("草稿", "draft"),
    MassState.SUBMITTED: ("待审批", "submitted"),
    MassState.APPROVED: ("已批准", "approved"),
    MassState.SENDING: ("发送中", "sending"),
    MassState.PAUSED: ("已暂停", "paused"),
    MassState.FINISHED: ("已完成", "finished"),
    MassState.CANCELLED: ("已取消", "cancelled"),
}
OUTCOMES = {
    Outcome.WAITING: ("待发", "waiting"),
    Outcome.TAKEN: ("发送中", "taken"),
    Outcome.POSTPONED: ("稍后重试", "postponed"),
    Outcome.ACCEPTED: ("已受理", "accepted"),
    Outcome.DELIVERED: ("已送达", "delivered"),
    Outcome.FAILED: ("失败", "failed"),
    Outcome.DOUBT: ("结果不明,未重发", "in doubt, not sent again"),
    Outcome.EXCLUDED: ("已退订", "opted out"),
    Outcome.LAPSED: ("过期未发", "lapsed"),
    Outcome.CANCELLED: ("已取消", "cancelled"),
}
