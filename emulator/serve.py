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
import decimal
import os
import pathlib
import re
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

# How long a connection without a request stays open: longer than the front server keeps one (IDLE_MS_MAX in api-proxy.ts).
KEEP_ALIVE_S = 60

# Beyond every place that a function can have read up to in a stream that was not saved.
LATER_THAN_ALL = 1 << 40

# The conditions of queries as this service asks them: a partition, and a range of it.
KEY_CONDITION = re.compile(
    r"(?P<partition>\w+) = (?P<name>:\w+)"
    r"(?: AND (?:(?P<sort>\w+) (?:> (?P<above>:\w+)|< (?P<below>:\w+)|BETWEEN (?P<first>:\w+) AND (?P<last>:\w+))"
    r"|begins_with\((?P<begun>\w+), (?P<prefix>:\w+)\)))?"
)
RANGES = {
    "above": lambda key, given: key > given["above"],
    "below": lambda key, given: key < given["below"],
    "first": lambda key, given: given["first"] <= key <= given["last"],
    "prefix": lambda key, given: key.startswith(given["prefix"]),
}

# Set when the stop was asked for: no function is called any more for what stands in a stream or a queue.
stopping = threading.Event()


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
    follow_streams_apart()
    answer_queries_fast()

    config = uvicorn.Config(
        "ministack.app:app",
        access_log=False,
        lifespan="on",
        # The emulator sends its own. Of two dates the AWS SDK makes none, and then signs requests with "Invalid time".
        date_header=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
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


def follow_streams_apart() -> None:
    """Lets no function that follows a table wait for another one that follows it, as in AWS.

    The emulator's poller calls such functions itself, one after the other: devices would be told of a change only after
    the references of all before it are written. Here the poller looks who has something to read, and a thread calls the
    function until it has read everything. Each mapping has one thread at most, so its records keep their order, and
    nobody else moves its place in the stream.
    """
    from ministack.services import dynamodb, lambda_svc

    poll, all_mappings = lambda_svc._poll_dynamodb_streams, lambda_svc._iter_all_esms
    served = threading.local()

    def mappings_of_this_thread() -> list:
        if stopping.is_set():
            return []
        only = getattr(served, "mapping_id", None)
        return [found for found in all_mappings() if only is None or found[2]["UUID"] == only]

    def serve_mapping(mapping_id: str) -> None:
        served.mapping_id = mapping_id
        while poll():
            pass

    def has_unread(account_id: str, region: str, mapping: dict) -> bool:
        table, is_stream, _label = mapping.get("EventSourceArn", "").partition("/stream/")
        if not is_stream or ":dynamodb:" not in table:
            return False
        place = (account_id, region, mapping["UUID"])
        if lambda_svc._esm_backoff_until.get_scoped(*place, 0) > time.time():
            return False
        end = dynamodb.stream_end_position(table.split("/")[-1], account_id=account_id, region=region)
        return lambda_svc._dynamodb_stream_positions.get_scoped(*place, 0) < end

    def serve_streams() -> bool:
        for account_id, region, mapping in mappings_of_this_thread():
            mapping_id = mapping["UUID"]
            if mapping_id not in lambda_svc._esm_inflight and has_unread(account_id, region, mapping):
                # At its end it wakes the poller, which looks again.
                lambda_svc._dispatch_esm_batch(mapping_id, serve_mapping, mapping_id)
        return False

    lambda_svc._iter_all_esms, lambda_svc._poll_dynamodb_streams = mappings_of_this_thread, serve_streams


def answer_queries_fast() -> None:
    """Lets a query of a large partition take no longer than it must.

    The emulator parses the condition of a query for each row of the partition, whether it is wanted or not, and answers
    nobody else meanwhile: in a journal of thousands of entries each page took half a second. Here the first row is
    judged by the emulator, which refuses what is no condition, and the others by their keys.
    """
    from ministack.services import dynamodb

    evaluate = dynamodb._evaluate_condition
    # The values themselves are held, so that no other query can have the same ones.
    latest = ("", None, None)

    def evaluate_fast(condition, item, values, names, slot="ConditionExpression"):
        nonlocal latest
        if slot != "KeyConditionExpression":
            return evaluate(condition, item, values, names, slot=slot)
        known, known_values, is_wanted = latest
        if is_wanted is not None and known == condition and known_values is values:
            return is_wanted(item)
        latest = (condition, values, key_test(condition, values))
        return evaluate(condition, item, values, names, slot=slot)

    dynamodb._evaluate_condition = evaluate_fast


def key_test(condition: str, values: dict):
    """A function that tells whether a row meets the condition; None when it is none of those that this service asks."""
    found = KEY_CONDITION.fullmatch(condition)
    if found is None or not all(set(value) <= {"S", "N"} for value in values.values()):
        return None
    words = {role: word for role, word in found.groupdict().items() if word is not None}
    given = {role: key_value(values[word]) for role, word in words.items() if word.startswith(":")}
    is_in_range = next((test for role, test in RANGES.items() if role in words), None)
    if is_in_range is None:
        return lambda row: key_value(row[words["partition"]]) == given["name"]
    sort = words.get("sort") or words["begun"]
    return lambda row: key_value(row[words["partition"]]) == given["name"] and is_in_range(key_value(row[sort]), given)


def key_value(attribute: dict):
    """Texts compare like their bytes in UTF-8, which are what the database compares."""
    return attribute["S"] if "S" in attribute else decimal.Decimal(attribute["N"])


def stop_when_parent_is_gone(server) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    # What is saved bit by bit must not go on meanwhile: a function's place in a stream is saved after the tables.
    stopping.set()
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
