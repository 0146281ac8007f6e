"""``python -m bench.hot_path.bare PORT``: a socket that answers and does nothing else, to see what the machine itself takes."""

import socket
import sys


def main() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        sock.bind(("127.0.0.1", int(sys.argv[1])))
        while True:
            data, peer = sock.recvfrom(65_535)
            sock.sendto(b"SIP/2.0 302 Moved Temporarily" + data[data.index(b"\r\n") :], peer)


if __name__ == "__main__":
    main()
