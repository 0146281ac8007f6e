"""An SFTP server of the tests, as a process of its own: ``python sftp_server.py PORT FOLDER HOST_KEY CLIENT_KEY``."""

from __future__ import annotations

import asyncio
import sys

import asyncssh


async def serve(port, folder, host_key, client_key):
    server = await asyncssh.listen(
        "127.0.0.1",
        port,
        server_host_keys=[host_key],
        authorized_client_keys=client_key,
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=folder),
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), *sys.argv[2:]))
