"""Mutation testing of the rules: `python -m tests.mutation`. Breaks one thing at a time and asks the tests whether they notice.

mutmut and cosmic-ray do not fit here: mutmut leaves every decorated function alone, and a rule is one; cosmic-ray starts a
process a mutant, which costs more to start than to judge. Here everything that is not a rule is loaded once, a forked
child loads the rules with one of their modules changed, and asks in its own process.
"""
