"""The matrix as the documentation shows it."""

from pathlib import Path

from clearbell.access.model import GRANTS, Permission, Role

PAGE = Path(__file__).resolve().parents[2] / "docs" / "access.md"


def test_the_matrix_in_the_documentation_is_the_one_in_force():
    rows = [line.strip("|").split("|") for line in PAGE.read_text().splitlines() if line.startswith("|")]
    roles = [Role(cell.strip()) for cell in rows[0][1:]]
    told = {
        Permission(row[0].strip()): {role for role, cell in zip(roles, row[1:], strict=True) if cell.strip()}
        for row in rows[2:]
    }
    assert told == {one: {role for role in Role if one in GRANTS[role]} for one in Permission}


def test_the_auditor_changes_nothing_and_nobody_keeps_accounts_and_decides_cases():
    assert all(one.value.endswith("-read") for one in GRANTS[Role.AUDITOR])
    for role in Role:
        assert not {Permission.ACCOUNTS_CHANGE, Permission.CASES_DECIDE} <= GRANTS[role]
