"""What schemathesis cannot know from the description. Owns one check; everything else is the description's to say."""

import re

import schemathesis

# Parameters that are more than a pattern can say: a cursor that this list gave, a zone of the tz database, an end after
# the beginning, `group` only without `user`, and a mapping that comes with this version. A query has a code of its own.
READ_BY_THE_SERVER = {"?after", "?tz", "?to", "?group", "?mapping", "/zone", "/to", "/group"}
# A time may be a day ahead of the log's clock and no more: which that is, no description can say.
BY_THE_CLOCK = "/occurred_at"
# A whole number is written as one: 80.0 is an integer to a description, and not to this log.
NUMBER = "/sequence"
WRITTEN_WHOLE = re.compile(r"floating point `-?\d+(\.0)?(e\+?\d+)?`, expected [iu]\d+")


@schemathesis.check
def refusals_of_valid_data_are_told(ctx, response, case):
    """Data that fits the description gets 400 only where the description cannot say more, and then with the reason."""
    if response.status_code != 400 or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    problem = response.json()
    errors = problem.get("errors", [])
    # What this reporter may not say is told by a code other than `invalid`: it depends on the key, not on the shape.
    told = problem["code"] == "bad_query" or (
        errors
        and all(
            error["pointer"] in READ_BY_THE_SERVER
            or error["pointer"].endswith((BY_THE_CLOCK, NUMBER))
            or WRITTEN_WHOLE.search(error["detail"])
            or error["code"] != "invalid"
            for error in errors
        )
    )
    assert told, f"400 for data that fits the description: {problem}"
