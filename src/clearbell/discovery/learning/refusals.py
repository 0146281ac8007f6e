"""Why learning, or the use of a model, is refused. Each says in Chinese and English what was wrong and what to do."""

from __future__ import annotations

from collections.abc import Sequence


class LearningError(Exception):
    """Nothing was learned, and nothing was changed. 未进行学习,未作任何更改。"""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(en)


class BadTableError(LearningError):
    """A file cannot be read as what it should be. 文件无法按所需格式读取。"""

    def __init__(self, file: str, zh: str, en: str) -> None:
        super().__init__(f"{file}:{zh}", f"{file}: {en}")


class TooFewVerdictsError(LearningError):
    """There are too few verdicts of a kind to learn from. 某类结论太少,不足以学习。"""

    def __init__(self, confirmed: int, cleared: int, least: int) -> None:
        self.confirmed = confirmed
        self.cleared = cleared
        super().__init__(
            f"可用的结论太少:属实 {confirmed} 个、澄清 {cleared} 个,各须至少 {least} 个(规则包 [learning] min_verdicts);"
            "请待更多案件办结后再训练",
            f"too few verdicts that can be used: {confirmed} confirmed and {cleared} cleared, at least {least} of each are "
            "needed (`min_verdicts` under [learning] in the pack); train again when more cases are closed",
        )


class MissingFeaturesError(LearningError):
    """The table lacks features that the model needs. 特征表缺少模型所需的特征。"""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        listed = ", ".join(names)
        super().__init__(
            f"特征表缺少模型所需的列:{listed};请用同一版本重新计算特征,或用现有特征重新训练模型",
            f"the table lacks features that the model needs: {listed}; make the features anew with the same version, "
            "or train a model on the features there are",
        )


class ModelFileError(LearningError):
    """The file is no model of this version. 文件不是本版本的模型。"""

    def __init__(self, file: str, zh: str, en: str) -> None:
        super().__init__(f"{file} 不能用作模型:{zh}", f"{file} cannot be used as a model: {en}")


class UnknownModelError(LearningError):
    """The ledger knows no model with this digest. 账本中没有该摘要的模型。"""

    def __init__(self, file: str, digest: str) -> None:
        self.digest = digest
        super().__init__(
            f"{file} 的摘要 {digest[:16]}… 不在账本中:文件被改动过,或不是在此训练的;请使用原文件或重新训练",
            f"the ledger has no model with the digest {digest[:16]}… of {file}: the file was changed, or was not trained "
            "here; use the original file or train anew",
        )
