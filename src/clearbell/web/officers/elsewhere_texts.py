"""The words of signing in with an identity provider, in Chinese and English, under the same names."""

from __future__ import annotations

ELSEWHERE: dict[str, dict[str, str]] = {
    "zh": {
        "with": "用 {name} 登录",
        "or_password": "或用密码",
        "left": "您已退出本工作台。",
        "left_there": "在 {name} 也退出",
    },
    "en": {
        "with": "Sign in with {name}",
        "or_password": "Or by password",
        "left": "You are signed out here.",
        "left_there": "Sign out at {name} too",
    },
}
