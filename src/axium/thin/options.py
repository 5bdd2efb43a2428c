"""The few options of fast verbs; whatever else is typed is the command line's to judge."""


def parse(
    args: list[str], values: tuple[str, ...], flags: tuple[str, ...] = ()
) -> tuple[list[str], dict[str, str]] | None:
    """Words and options of `args`; None where there is anything but `values` and `flags`."""
    words: list[str] = []
    options: dict[str, str] = {}
    rest = iter(args)
    for arg in rest:
        name, equals, value = arg.partition("=")
        if not arg.startswith("-"):
            words.append(arg)
        elif arg in flags:
            options[arg] = ""
        elif name in values and equals:
            options[name] = value
        elif arg in values:
            given = next(rest, None)
            if given is None:
                return None
            options[arg] = given
        else:
            return None
    return words, options
