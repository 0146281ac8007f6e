"""What one would write: a blocklist and a rate count in Redis, asked through a plain ASGI service.

One pipeline a call. Run by ``uvicorn redis_service:app``; ``REDIS`` is its socket. ``python redis_service.py NUMBERS FIRST BLOCKED`` fills
it: so many numbers from FIRST on, and those in the file BLOCKED.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import redis
import redis.asyncio

LIMIT = 1_000_000
HOUR = 3600
JSON = [(b"content-type", b"application/json")]

connections = redis.asyncio.BlockingConnectionPool(
    connection_class=redis.asyncio.UnixDomainSocketConnection, path=os.environ["REDIS"], max_connections=8
)
store = redis.asyncio.Redis(connection_pool=connections)


async def answer(call: dict[str, str]) -> dict[str, str]:
    number = call["caller"].lstrip("+")
    key = f"calls:{number}:{int(time.time()) // HOUR}"
    async with store.pipeline(transaction=False) as pipeline:
        blocked, calls, _ = await pipeline.sismember("blocked", number).incr(key).expire(key, HOUR).execute()
    if blocked:
        return {"call": call["id"], "answer": "not-entitled", "reason": "barred"}
    if calls > LIMIT:
        return {"call": call["id"], "answer": "network-blocked", "reason": "rate"}
    return {"call": call["id"], "answer": "continue"}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    told = json.dumps(await answer(json.loads(body))).encode()
    length = [(b"content-length", str(len(told)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": JSON + length})
    await send({"type": "http.response.body", "body": told})


def fill(count: int, first: int, blocked: Path) -> None:
    conn = redis.Redis(unix_socket_path=os.environ["REDIS"])
    numbers = [*range(first, first + count), *map(int, blocked.read_text().split())]
    for start in range(0, len(numbers), 10_000):
        conn.sadd("blocked", *numbers[start : start + 10_000])


if __name__ == "__main__":
    fill(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
