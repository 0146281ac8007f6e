"""What one would write: a blocklist and a rate count in PostgreSQL, asked through FastAPI.

One statement a call, prepared once by asyncpg; the count is a row for a caller and an hour. The counts are an unlogged table and
commits do not wait for the disk, as counts may be lost in a crash. Run by ``uvicorn postgres_service:app``; ``DSN`` names the database.
``python postgres_service.py NUMBERS FIRST BLOCKED`` fills it: so many numbers from FIRST on, and those in the file BLOCKED.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from fastapi import FastAPI
from pydantic import BaseModel

LIMIT = 1_000_000
TABLES = """
create table blocked (number bigint primary key, reason text not null);
create unlogged table calls (number bigint, hour bigint, calls int not null, primary key (number, hour)) with (fillfactor = 50);
"""
ASK = """
with counted as (
  insert into calls as c (number, hour, calls) values ($1, $2, 1)
  on conflict (number, hour) do update set calls = c.calls + 1 returning calls
)
select (select reason from blocked where number = $1), (select calls from counted)
"""


class Call(BaseModel):
    id: str
    caller: str
    callee: str


class Answer(BaseModel):
    call: str
    answer: str
    reason: str = ""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = {"synchronous_commit": "off"}
    async with asyncpg.create_pool(os.environ["DSN"], min_size=8, max_size=8, server_settings=settings) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/v1/screen")
async def screen(call: Call) -> Answer:
    reason, calls = await app.state.pool.fetchrow(ASK, int(call.caller.lstrip("+")), int(time.time()) // 3600)
    if reason is not None:
        return Answer(call=call.id, answer="not-entitled", reason=reason)
    if calls > LIMIT:
        return Answer(call=call.id, answer="network-blocked", reason="rate")
    return Answer(call=call.id, answer="continue")


async def fill(count: int, first: int, blocked: Path) -> None:
    conn = await asyncpg.connect(os.environ["DSN"])
    await conn.execute(TABLES)
    rows = [(number, "labelled") for number in range(first, first + count)]
    rows += [(int(line), "barred") for line in blocked.read_text().split()]
    await conn.copy_records_to_table("blocked", records=rows)
    await conn.execute("vacuum analyze blocked")
    await conn.close()


if __name__ == "__main__":
    asyncio.run(fill(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
