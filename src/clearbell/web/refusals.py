"""The one form of every error, and what the API's description says of it."""

from __future__ import annotations

from litestar.openapi.datastructures import ResponseSpec

from clearbell.web.schemas import ErrorBody

ERRORS: dict[int, tuple[str, str, str]] = {
    400: ("bad-request", "请求无法读取", "the request cannot be read"),
    401: ("token-needed", "需要有效的访问令牌", "a valid bearer token is needed"),
    403: ("not-allowed", "您的角色无权进行此操作", "your role does not allow this"),
    404: ("not-found", "没有这样的内容", "there is no such thing"),
    405: ("method-not-allowed", "此地址不接受该方法", "this address does not take that method"),
    413: ("too-large", "请求过大", "the request is too large"),
    415: ("unsupported-media-type", "请以 JSON 发送", "send JSON"),
    422: ("refused", "不予受理", "it is refused"),
    429: ("too-many", "请求过于频繁,请稍后再试", "too many requests; try again later"),
    500: ("internal", "服务内部错误,已记录", "an internal error, which was recorded"),
}


def error_body(status: int, where: str, zh: str = "", en: str = "") -> ErrorBody:
    """The one form of every error: a stable code, the place, and words in both languages."""
    code, usual_zh, usual_en = ERRORS.get(status, ERRORS[400 if status < 500 else 500])
    return ErrorBody(code, where, zh or usual_zh, en or usual_en)


REFUSALS: dict[int, ResponseSpec] = {
    status: ResponseSpec(ErrorBody, generate_examples=False, description=f"{en} / {zh}")
    for status, (_, zh, en) in ERRORS.items()
    if status not in (405, 500)
}
"""What any handler may answer instead of its own body."""
