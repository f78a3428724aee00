"""What kolclf raises.

::

    KolclfError
    ├── DataError    a table of accounts cannot be read or used
    ├── RulesError   a rules file or the lexicon is not as it must be
    └── ModelError   a model file is missing, damaged or does not fit

Every message is one plain sentence with the place, what was seen and what to do next. The library raises, the
command line prints the message and exits with code 1.
"""


class KolclfError(Exception):
    """Base of everything that kolclf raises on purpose."""


class DataError(KolclfError):
    """A table of accounts cannot be read, or lacks what the task needs."""


class RulesError(KolclfError):
    """A rules file or the lexicon is not as it must be."""


class ModelError(KolclfError):
    """A model file is missing, damaged, or made for something else."""
