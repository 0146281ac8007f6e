"""Why a step of an application is refused, in both languages."""

from __future__ import annotations

from clearbell.registry.errors import RegistryError


class ApplicationTakenError(RegistryError):
    """The id is in use."""

    def __init__(self, name: str) -> None:
        super().__init__(f"已有申请 {name}", f"there is an application {name} already", "application")


class FourEyesError(RegistryError):
    """Who filed or reviewed may not decide as well."""

    def __init__(self, who: str) -> None:
        super().__init__(
            f"{who} 已经手此申请;复核与审批须由另外的人办理",
            f"{who} has had a hand in this application; another person must take this step",
            "actor",
        )


class NotAskedForError(RegistryError):
    """The form does not ask for such a document."""

    def __init__(self, kind: str, known: str) -> None:
        super().__init__(
            f"该类申请不需要材料「{kind}」;需要的是:{known}",
            f"this class asks for no document `{kind}`; it asks for: {known}",
            "kind",
        )


class ReasonNeededError(RegistryError):
    """A refusal names its reason."""

    def __init__(self) -> None:
        super().__init__("须写明不予通过的原因", "a refusal needs a reason", "reason")


class OnBlacklistError(RegistryError):
    """The licence or the legal person is on the shared blacklist (regime 2.7)."""

    def __init__(self, entry: str, breach: str) -> None:
        super().__init__(
            f"证照或法定代表人在共享黑名单中:{breach}(条目 {entry});在列期间不予通过",
            f"the licence or the legal person is on the shared blacklist: {breach} (entry {entry}); "
            "while it stands, the application cannot pass",
            "credit_code",
        )


class NamesakeError(RegistryError):
    """The name is on the shared blacklist, and nobody wrote down who it is."""

    def __init__(self, entries: str) -> None:
        super().__init__(
            f"名称与共享黑名单条目 {entries} 相同:同名未必同一主体,须写明核实结果",
            f"the name is that of entry {entries} on the shared blacklist: equal names are not equal people, "
            "write down what was found when you looked",
            "looked",
        )


class NewApplicationNeededError(RegistryError):
    """What was approved may not be changed by filing a change (regime 1.23, 3.2)."""

    def __init__(self, field: str) -> None:
        super().__init__(
            f"「{field}」不得变更;改变用途、号码或使用主体须重新申请",
            f"`{field}` cannot be changed; another purpose, number or holder needs a new application",
            field,
        )
