"""Everything that calls need, brought together from the configuration of a node."""

from __future__ import annotations

import time

from clearbell.ledger import Store
from clearbell.policy.model import ContentRules
from clearbell.vault import Vault
from clearbell.verification.calling import Caller
from clearbell.verification.categorising import open_categoriser
from clearbell.verification.rules import CallRules
from clearbell.verification.settings import VerificationSettings
from clearbell.verification.transcribing import open_transcriber


def open_caller(
    store: Store, vault: Vault, rules: CallRules, content: ContentRules, settings: VerificationSettings, actor: str
) -> Caller:
    """What makes and takes calls. Raises :class:`~clearbell.verification.transcriber.TranscriberError` and
    :class:`~clearbell.content.model.ModelError`.
    """
    return Caller(
        store=store,
        rules=rules,
        settings=settings,
        vault=vault,
        now_ms=lambda: time.monotonic_ns() // 1_000_000,
        actor=actor,
        transcriber=open_transcriber(settings.transcriber),
        categorise=open_categoriser(settings.content_model, content),
    )
