"""The command tree. Each branch is imported only when it is used, so that ``clearbell`` starts fast."""

from __future__ import annotations

import sys

from cyclopts import App

from clearbell import __version__
from clearbell.cli.context import words

_BRANCHES = (
    ("serve", "clearbell.cli.serve:serve", "Answer switches over SIP and HTTP. 应答交换机的询问。"),
    ("run", "clearbell.cli.run:run", "Screen a small synthetic city and look at it. 运行一座模拟小城。"),
    ("screen", "clearbell.cli.screen:screen", "Judge one call and show the sum. 判定一个呼叫并列出分值。"),
    ("decisions", "clearbell.cli.decisions:app", "Look at what was decided. 查看判定记录。"),
    ("ledger", "clearbell.cli.ledger:app", "Verify and sign the chain of facts. 校验与签名账本。"),
    ("registry", "clearbell.cli.registry:app", "Parties, holders, numbers, trunks. 主体、码号与中继。"),
    ("admission", "clearbell.cli.admission:app", "Who may get a line, number or SIM. 入网审核。"),
    ("applications", "clearbell.cli.applications:app", "Applications for numbers. 码号申请。"),
    ("contracts", "clearbell.cli.contracts:app", "Contracts with liability clauses. 合同与违约责任。"),
    ("consent", "clearbell.cli.consent:app", "Consents, refusals, lists, wishes. 同意、拒绝、名单与意愿。"),
    ("cases", "clearbell.cli.cases:app", "Cases: verification and verdicts. 案件核查与认定。"),
    ("hand-over", "clearbell.cli.hand_over:app", "Check case files handed over. 核验移交的卷宗。"),
    ("deadlines", "clearbell.cli.deadlines:app", "What is due, overdue, or passed. 期限。"),
    ("sanctions", "clearbell.cli.sanctions:app", "Sanctions and restrictions. 处置与限制。"),
    ("appeals", "clearbell.cli.appeals:app", "Appeals against what was decided. 申诉。"),
    ("enforcement", "clearbell.cli.enforcement:app", "Who carries restrictions out. 限制的执行。"),
    ("orders", "clearbell.cli.orders:app", "Orders of authorities. 监管指令。"),
    ("reports", "clearbell.cli.reports:app", "Reports of nuisance calls. 骚扰电话举报。"),
    ("train", "clearbell.cli.learning:train", "Learn from how cases ended. 由案件结论训练模型。"),
    ("evaluate", "clearbell.cli.learning:evaluate", "Measure the model on later verdicts. 评估模型。"),
    ("model", "clearbell.cli.models:app", "Look into the model, its scores, drift. 查看模型、评分与漂移。"),
    ("labels", "clearbell.cli.labels:app", "What is published about numbers. 号码标注。"),
    ("content", "clearbell.cli.content:app", "What a call is about, from its transcript. 通话内容类别。"),
    ("notices", "clearbell.cli.notices:app", "Messages to people, and their proof. 通知与送达凭证。"),
    ("records", "clearbell.cli.records:app", "Records of finished calls. 话单。"),
    ("discover", "clearbell.cli.discover:app", "Find nuisance callers in the call records. 发现骚扰主叫。"),
    ("verify", "clearbell.cli.verify:app", "Test calls to suspected numbers. 拨测。"),
    ("intake", "clearbell.cli.intake:app", "Files taken in and their bad rows. 导入与隔离行。"),
    ("erase", "clearbell.cli.erase:erase", "Erase what is kept about a person's number. 抹除个人信息。"),
    ("accounts", "clearbell.cli.accounts:app", "Who may sign in, and tokens. 账号与令牌。"),
    ("pack", "clearbell.cli.pack:app", "Check and show a jurisdiction's rules. 检查与查看规则包。"),
    ("demo", "clearbell.cli.demo:app", "Demo data beside the node's own. 演示数据。"),
    ("simulate", "clearbell.cli.simulate:app", "Make synthetic calls with ground truth. 生成带真值的模拟呼叫。"),
)


def build() -> App:
    """Build the command tree."""
    app = App(
        name="clearbell",
        help=words("清铃:只让想接的电话响铃。", "Clearbell lets only wanted calls ring."),
        version=__version__,
        help_format="plaintext",
    )
    for name, target, help_text in _BRANCHES:
        app.command(target, name=name, help=help_text)
    return app


def main() -> None:
    """Run the command line; a refused command ends with exit code 1 and a message, never a traceback."""
    try:
        build()()
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
