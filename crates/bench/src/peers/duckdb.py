"""Runs in DuckDB what a line of JSON on the input says, and answers each with a line: what it took, and how large it was."""

import json
import os
import sys
import time

import duckdb


def run(connection, statements, is_sum):
    """Runs statements one after another; the size of the first one's answer."""
    answers = [connection.execute(statement).fetchall() for statement in statements]
    return sum(row[-1] for row in answers[0]) if is_sum else len(answers[0])


def main(path, threads):
    # Whatever else is printed, such as how far a long statement has come, is no answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    connection = duckdb.connect(path)
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"SET threads = {int(threads)}")
    print(duckdb.__version__, file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        statements, is_sum = asked["statements"], asked["sum"]
        if asked["runs"] > 1:
            run(connection, statements, is_sum)
        times, size, begun = [], 0, time.perf_counter()
        while len(times) < asked["runs"] and (
            len(times) < asked["at_least"] or time.perf_counter() - begun < asked["seconds"]
        ):
            started = time.perf_counter()
            size = run(connection, statements, is_sum)
            times.append((time.perf_counter() - started) * 1000)
        times.sort()
        print(json.dumps({"ms": times[len(times) // 2], "size": int(size)}), file=answers, flush=True)
    connection.close()


main(*sys.argv[1:])
