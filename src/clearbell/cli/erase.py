"""``clearbell erase``: forget a person."""

from __future__ import annotations

from pathlib import Path

from clearbell.cli.context import actor, open_store, say


def erase(number: str, *, pack: str = "cn", lake: str = "", home: Path | None = None) -> None:
    """Erase everything kept about a person's number; the ledger keeps verifying.

    Parameters
    ----------
    number
        The number, in any form.
    pack
        Name or file of the rules.
    lake
        Folder or URL of the call lake (default: ``lake`` in the data folder).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.access.erasure import do_forget_number as reads
    from clearbell.appeals.erasure import do_forget_number as appeals
    from clearbell.cases.erasure import do_forget_number as cases
    from clearbell.cli.applications import open_vault
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.pack import open_pack
    from clearbell.cli.records import open_lake
    from clearbell.consent.evidence import do_forget_evidence
    from clearbell.consent.service import erase_person as consent
    from clearbell.desk.deadlines.passing import do_forget_number as deadlines
    from clearbell.desk.erasing import do_forget_sanctions as sanctions
    from clearbell.discovery.campaigns.service import do_forget_number as campaigns
    from clearbell.discovery.findings.service import do_forget_number as findings
    from clearbell.enforcement.service import erase_person as enforcement
    from clearbell.intake.quarantine import forget_number as quarantine
    from clearbell.labels.erasure import do_forget_number as labels
    from clearbell.notices.mass.audience import do_forget as mass_notices
    from clearbell.notices.service import do_forget_recipient as notices
    from clearbell.records.erasure import forget_number
    from clearbell.registry.admission.service import erase_person as admission
    from clearbell.registry.contacts.service import erase_person as contacts
    from clearbell.registry.reassignment.service import erase_person as reassignment
    from clearbell.registry.service import erase_person as registry
    from clearbell.reports.service import do_forget_number as reports
    from clearbell.sanctions.orders.erasure import do_forget_number as orders
    from clearbell.verification.service import do_forget_number as verification

    key = read_number(number)
    store = open_store(home)
    with store.act(actor()) as act:
        vault = open_vault(home)
        documents = do_forget_evidence(act, vault, key)
        rows = sum(
            forget(act, key)
            for forget in (
                consent,
                registry,
                contacts,
                reassignment,
                admission,
                # Before the restrictions: what was told of them elsewhere is removed there.
                enforcement,
                sanctions,
                reports,
                labels,
                notices,
                mass_notices,
                findings,
                campaigns,
                cases,
                deadlines,
                reads,
            )
        )
        rows += quarantine(act, key)
        rows += verification(act, vault, key)
        rows += orders(act, vault, key)
        rows += appeals(act, vault, key)
        facts = act.erase(key)
    calls = forget_number(open_lake(home, lake, open_pack(pack)), key)
    say(
        f"已抹除账本中 {facts} 条内容、{rows} 行现状、{documents} 份文件和 {calls} 条话单中的号码;判定记录按保存期另行删除",
        f"erased {facts} facts of the ledger, {rows} rows of present state, {documents} documents and the number in "
        f"{calls} call records; the record of decisions is removed by its retention",
    )
