"""Daily partial aggregates of calls, and the features of windows merged from them."""
