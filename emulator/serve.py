"""Serves the AWS emulator on one port until its standard input closes.

usage: serve.py PORT DATA_DIRECTORY     (port 0: any free one)

The parent process holds the other end of standard input. It closes the pipe to stop the emulator, and the operating
system closes it when the parent dies in any way: the emulator never outlives its parent and always gets the clean stop
in which it saves its state. This works alike on Linux, macOS and Windows, where there is no SIGTERM.

Prints "listening PORT" when the port is its own. The lock on the data directory lives and dies with this process, the
only one that writes there.
"""

import contextlib
import copy
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

# Beyond every place that a function can have read up to in a stream that was not saved.
LATER_THAN_ALL = 1 << 40


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

    keep_streams()

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


def keep_streams() -> None:
    """Lets the streams of the tables survive a stop, as everything else does.

    The emulator saves how far each function has read a stream, but not the stream. After the next start a function would
    wait for as many records as it had read before, and what nobody had read yet would be lost: no push, no reference and
    no entry of the search index.
    """
    from ministack.services import dynamodb

    get_state, load = dynamodb.get_state, dynamodb.load_persisted_state

    def get_state_with_streams() -> dict:
        return get_state() | {
            "stream_records": copy.deepcopy(dynamodb._stream_records),
            "stream_trimmed": copy.deepcopy(dynamodb._stream_trimmed),
            "stream_sequence": dynamodb._stream_seq_counter,
        }

    def load_with_streams(data) -> None:
        load(data)
        if not data:
            return
        if "stream_records" in data:
            dynamodb._stream_records.update(data["stream_records"])
            dynamodb._stream_trimmed.update(data["stream_trimmed"])
            dynamodb._stream_seq_counter = max(dynamodb._stream_seq_counter, data["stream_sequence"])
            return
        for (account_id, region, table), _ in dynamodb._tables.all_items():
            dynamodb._stream_trimmed.set_scoped(account_id, region, table, LATER_THAN_ALL)

    dynamodb.get_state, dynamodb.load_persisted_state = get_state_with_streams, load_with_streams


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
