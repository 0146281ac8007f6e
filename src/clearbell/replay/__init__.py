"""What another policy would have done: calls on record are judged anew, with the facts as they stood when each was made.

The same engine, checks and views as of a live call; time comes with the call. Each call is judged twice, under the pack in
force and under the candidate. Where the pack in force does not come to what is on record, the call cannot be told of, and is
counted as such.
"""
