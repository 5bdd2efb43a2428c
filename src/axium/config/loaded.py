"""What reading the user's files gives."""

import msgspec

from axium.model.configuration import Configuration
from axium.model.marks import Fault


class Loaded(msgspec.Struct, frozen=True):
    """A configuration that can be used at once, what is wrong in the files, and their paths."""

    configuration: Configuration
    faults: tuple[Fault, ...]
    files: tuple[str, ...]
