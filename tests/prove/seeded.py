"""A pytest plugin: properties that follow the seed they are given, without a limit on time.

On a CI machine hypothesis would otherwise choose the same examples in every round.
"""

from hypothesis import settings

settings.register_profile("seeded", deadline=None, derandomize=False, database=None)
