"""Why a change to a contract is refused, in both languages."""

from __future__ import annotations

from clearbell.registry.errors import RegistryError


class ContractTakenError(RegistryError):
    """The id is in use."""

    def __init__(self, name: str) -> None:
        super().__init__(f"已有合同 {name}", f"there is a contract {name} already", "contract")


class BadTermsError(RegistryError):
    """A term is missing or cannot be read."""

    def __init__(self) -> None:
        super().__init__(
            "合同条款不全:须写明用途、时段(如 08:00-21:00)和两项频次上限(至少为 1)",
            "the terms are not complete: purpose, hours (such as 08:00-21:00) and both frequency limits (at least 1)",
            "terms",
        )


class OtherTextError(RegistryError):
    """What was signed is not what was offered."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"签署的文本与合同 {name} 的文本不一致;请重新出示全文后再签",
            f"what was signed is not the text of contract {name}; show the text again and sign that",
            "digest",
        )


class NoSignerError(RegistryError):
    """Nobody signed."""

    def __init__(self) -> None:
        super().__init__("须写明签署人", "name who signed", "signer")


class NoReasonError(RegistryError):
    """A contract ends, and is reinstated, for a reason."""

    def __init__(self) -> None:
        super().__init__("须写明原因", "a reason is needed", "reason")
