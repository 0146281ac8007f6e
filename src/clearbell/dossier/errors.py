"""Why a case file cannot be written. Each says in Chinese and English what was wrong and what to do."""

from __future__ import annotations


class DossierError(Exception):
    """The case file cannot be written, or read back. 卷宗无法制作或读取。"""

    def __init__(self, zh: str, en: str, column: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.column = column


class NoFontError(DossierError):
    """No font with Chinese characters was found. 没有中文字体。"""

    def __init__(self) -> None:
        super().__init__(
            "没有找到中文字体;请安装 Noto Sans CJK(Debian:apt-get install fonts-noto-cjk),"
            "或以 CLEARBELL_FONT 写明字体文件",
            "no font with Chinese characters was found; install Noto Sans CJK (Debian: apt-get install fonts-noto-cjk), "
            "or name a font file in CLEARBELL_FONT",
            "font",
        )


class FontError(DossierError):
    """The font cannot be used. 字体不可用。"""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"字体 {path} 不可用:{why}", f"the font {path} cannot be used: {why}", "font")


class NoWriterError(DossierError):
    """What writes PDF is not installed. 未安装 PDF 组件。"""

    def __init__(self) -> None:
        super().__init__(
            "未安装 PDF 组件;请安装 clearbell[dossier]",
            "what writes PDF is not installed; install clearbell[dossier]",
            "font",
        )
