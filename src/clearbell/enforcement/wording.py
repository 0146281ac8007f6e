"""What a target is told, and where that stands, in Chinese and English."""

from __future__ import annotations

from clearbell.enforcement.model import How, Kind, Operation, State

Words = dict[str, str]

OPERATIONS: dict[Operation, Words] = {
    Operation.PUT: {"zh": "执行", "en": "put"},
    Operation.REMOVE: {"zh": "撤除", "en": "remove"},
}
STATES: dict[State, Words] = {
    State.DUE: {"zh": "待告知", "en": "due"},
    State.SENT: {"zh": "已告知", "en": "sent"},
    State.FAILED: {"zh": "未送达", "en": "failed"},
    State.OVERDUE: {"zh": "逾期未确认", "en": "overdue"},
    State.ACKNOWLEDGED: {"zh": "已确认", "en": "acknowledged"},
    State.WITHDRAWN: {"zh": "已无须执行", "en": "withdrawn"},
}
KINDS: dict[Kind, Words] = {
    Kind.KAMAILIO: {"zh": "Kamailio", "en": "Kamailio"},
    Kind.WEBHOOK: {"zh": "网络回调", "en": "webhook"},
    Kind.SFTP: {"zh": "文件(SFTP)", "en": "files (SFTP)"},
}
HOWS: dict[How, Words] = {
    How.ANSWER: {"zh": "应答", "en": "answer"},
    How.SIGNED: {"zh": "签名回执", "en": "signed"},
    How.FILE: {"zh": "回执文件", "en": "file"},
    How.OFFICER: {"zh": "人工登记", "en": "officer"},
}
