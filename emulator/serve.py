"""Serves the AWS emulator on one port until its standard input closes.

usage: serve.py PORT DATA_DIRECTORY     (port 0: any free one)

The parent process holds the other end of standard input. It closes the pipe to stop the emulator, and the operating
system closes it when the parent dies in any way: the emulator never outlives its parent and always gets the clean stop
in which it saves its state. This works alike on Linux, macOS and Windows, where there is no SIGTERM.

Prints "listening PORT" when the port is its own. The lock on the data directory lives and dies with this process, the
only one that writes there.
"""

import contextlib
import os
import pathlib
import shutil
import socket
import sqlite3
import sys
import threading
import time

EXIT_PORT_TAKEN = 3
EXIT_DATA_IN_USE = 4

# A predecessor whose parent was killed needs a moment to save its state.
LOCK_WAIT_S = 5

# How long a Lambda that is running when the stop is asked for may go on. A long poll would take much longer.
HANDLER_GRACE_S = 1.0


def main() -> None:
    port, data = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    lock = sqlite3.connect(data / "lock", timeout=LOCK_WAIT_S, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        sys.exit(EXIT_DATA_IN_USE)
    try:
        listener = listen(port)
    except OSError:
        sys.exit(EXIT_PORT_TAKEN)
    port = listener.getsockname()[1]

    # While this file exists, what is in the directory is exactly what the last run left.
    clean_stop = data / "clean-stop"
    clean_stop.unlink(missing_ok=True)
    os.environ["GATEWAY_PORT"] = str(port)
    os.environ["TMPDIR"] = str(fresh_temporary_directory(data))
    print(f"listening {port}", flush=True)
    serve(listener)
    clean_stop.touch()


def listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # Without it a port stays taken for a minute after a stop; on Windows it would allow two owners.
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(2048)
    return listener


def fresh_temporary_directory(data: pathlib.Path) -> pathlib.Path:
    """For the working copies of Lambda code."""
    directory = data / "tmp"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    # The emulator's own script for workers is CommonJS, which below this project's package.json would be an ES module.
    (directory / "package.json").write_text('{ "type": "commonjs" }')
    return directory


def serve(listener: socket.socket) -> None:
    # Not before the port is known: the emulator reads its environment when it is imported.
    import uvicorn

    config = uvicorn.Config(
        "ministack.app:app",
        access_log=False,
        lifespan="on",
        # The emulator sends its own. Of two dates the AWS SDK makes none, and then signs requests with "Invalid time".
        date_header=False,
        server_header=False,
        # An open WebSocket or a long poll must not hold the stop back.
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    threading.Thread(target=stop_when_parent_is_gone, args=(server,), daemon=True).start()
    server.run(sockets=[listener])
    # Workers that the stream poller started while the server was stopping.
    end_lambda_workers()


def stop_when_parent_is_gone(server) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    server.should_exit = True
    deadline = time.monotonic() + HANDLER_GRACE_S
    while lambda_runtime() is not None and lambda_runtime().workers_in_use() > 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    # The server waits for the threads that wait for these workers: ending them is what lets it stop.
    end_lambda_workers()


def end_lambda_workers() -> None:
    runtime = lambda_runtime()
    if runtime is not None:
        with contextlib.suppress(Exception):
            runtime.reset()


def lambda_runtime():
    """The emulator loads it with the first function; a stack without functions never does."""
    return sys.modules.get("ministack.core.lambda_runtime")


if __name__ == "__main__":
    main()
