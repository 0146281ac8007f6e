"""An application under a path of another: its addresses and cookies stay there."""

from __future__ import annotations

import asyncio

import httpx

from clearbell.web.under import Under

PAGE = (
    b'<!doctype html><html lang="en"><body><a href="/desk">x</a><a href="//other">y</a><form action="/me/leave">'
    b'</form><script>new EventSource("/desk/live/events")</script></body></html>'
)


def app(name, seen, headers=(), body=b"", kind=b"text/html; charset=utf-8"):
    async def answer(scope, _receive, send):
        seen.append((name, scope["path"], dict(scope["headers"]).get(b"cookie", b"")))
        start = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *headers]
        await send({"type": "http.response.start", "status": 200, "headers": start})
        await send({"type": "http.response.body", "body": body})

    return answer


def ask(under, path, cookie=""):
    async def go():
        transport = httpx.ASGITransport(app=under)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.get(path, headers={"cookie": cookie} if cookie else {})

    return asyncio.run(go())


def both(inner, seen):
    words = {"name": "Demo", "mark": "made up", "others": "others", "leave": "leave"}
    return Under(app("outer", seen), "/demo", lambda: inner, lambda _language: words)


def test_each_sees_its_own_paths_and_its_own_cookies():
    seen = []
    under = both(app("inner", seen), seen)
    ask(under, "/desk", "a=1; demo_b=2")
    ask(under, "/demo/desk", "a=1; demo_b=2")
    ask(under, "/demo", "a=1")
    ask(under, "/demolition")
    assert seen == [
        ("outer", "/desk", b"a=1; demo_b=2"),
        ("inner", "/desk", b"b=2"),
        ("inner", "/", b""),
        ("outer", "/demolition", b""),
    ]


def test_addresses_and_cookies_are_moved_under_the_path():
    headers = [
        (b"set-cookie", b"s=1; HttpOnly; Path=/me"),
        (b"location", b"/desk"),
        (b"link", b'</desk/x>; rel="next"'),
        (b"content-disposition", b'attachment; filename="cases.csv"'),
        (b"content-security-policy", b"default-src 'none'; style-src 'nonce-abc'"),
    ]
    reply = ask(both(app("inner", [], headers, PAGE), []), "/demo/desk")
    assert reply.headers["set-cookie"] == "demo_s=1; HttpOnly; Path=/demo/me"
    assert reply.headers["location"] == "/demo/desk"
    assert reply.headers["link"] == '</demo/desk/x>; rel="next"'
    assert 'filename="DEMO-cases.csv"' in reply.headers["content-disposition"]
    page = reply.text
    for moved in ('href="/demo/desk"', 'action="/demo/me/leave"', 'EventSource("/demo/desk/live/events")'):
        assert moved in page
    assert 'href="//other"' in page
    assert '<style nonce="abc">' in page
    assert page.index("made up") < page.index("/demo/desk")


def test_what_is_no_page_passes_as_it_is():
    reply = ask(both(app("inner", [], (), b'{"href":"/desk"}', b"application/json"), []), "/demo/v1/x")
    assert reply.content == b'{"href":"/desk"}'


def test_without_an_application_there_one_is_led_to_the_front():
    reply = ask(both(None, []), "/demo/desk")
    assert (reply.status_code, reply.headers["location"]) == (303, "/")
