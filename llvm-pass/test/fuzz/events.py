# What emit.py's programs and semantics.py's interpreter log alike; harness.cpp knows these numbers too.
MASK = (1 << 64) - 1
ACC = 0x9E3779B97F4A7C15  # by which a row of values becomes one
# Log events that are no statement's.
TRAP, RAISED, FORCED, ENDED, CLEANED = 1 << 40, 2 << 40, 3 << 40, 4 << 40, 5 << 40
