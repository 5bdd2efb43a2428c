"""What plugins add to the HUD: segments, and the registry of them."""

from collections.abc import Mapping
from typing import Any, Protocol

Context = Mapping[str, Any]
"""`state`, `pane_id`, `env` (`-` for none), `started`, `wrapper`, `theme`."""

MOST_REMEMBERED = 1000
"""Values of cached segments; panes come and go."""

_PAIRS = ("[]", "{}", "()", "<>", "||", '""', "''")


class HudSegment:
    """A part of the HUD; a subclass says how it is rendered.

    The four facts are attributes of the class or arguments of the constructor. A `cached`
    segment is rendered on events and every 5 minutes; `refresh` has another one rendered every
    so many seconds as long as somebody looks. From 100 on, `priority` orders plugins' segments.
    """

    name: str = ""
    priority: int = 100
    cached: bool = False
    refresh: float | None = None

    def __init__(
        self,
        name: str | None = None,
        priority: int | None = None,
        cached: bool | None = None,  # noqa: FBT001 (published)
        refresh: float | None = None,
    ) -> None:
        given = {"name": name, "priority": priority, "cached": cached, "refresh": refresh}
        for attribute, value in given.items():
            if value is not None:
                setattr(self, attribute, value)

    def render(self, context: Context) -> str | None:
        """The value to show, without the segment's name; empty to hide."""
        raise TypeError(f"segment `{self.name}` does not say how it is rendered")

    def should_render(self, context: Context) -> bool:
        """Whether it is shown at all."""
        return True


class Segment(Protocol):
    """Whatever renders; only `name` and `render` have to be there."""

    name: str

    def render(self, context: Context) -> str | None:
        """The value to show."""


class HudRegistry:
    """The segments of this process, by name."""

    _instance: "HudRegistry | None" = None

    def __init__(self) -> None:
        self._segments: dict[str, Segment] = {}
        self._values: dict[tuple[str, Any, Any], str | None] = {}

    @classmethod
    def get_instance(cls) -> "HudRegistry":
        """The registry of this process."""
        if cls._instance is None:
            cls._instance = cls()
        return cls._instance

    @property
    def segments(self) -> list[Segment]:
        """Those that are registered, by priority."""
        return sorted(self._segments.values(), key=lambda one: (priority_of(one), one.name))

    def register(self, segment: "Segment | type[HudSegment]") -> None:
        """Take it in, instead of a former one of its name. TypeError, ValueError."""
        made = segment() if isinstance(segment, type) else segment
        _check(made)
        self._segments[made.name] = made

    def named(self, name: str) -> Segment | None:
        """The segment of this name."""
        return self._segments.get(name)

    def value(self, segment: Segment, context: Context, *, is_update: bool = False) -> str | None:
        """What it shows there; None where it hides. Whatever the segment raises.

        A cached one is asked on an update, and the first time.
        """
        key = (segment.name, context.get("env"), context.get("pane_id"))
        is_cached = bool(getattr(segment, "cached", False))
        if is_cached and not is_update and key in self._values:
            return self._values[key]
        value = _rendered(segment, context)
        if is_cached:
            if len(self._values) >= MOST_REMEMBERED:
                self._values.clear()
            self._values[key] = value
        return value

    def render_all(self, context: Context) -> list[str]:
        """Every segment as the HUD shows it: `name:value`, in the wrapper of the context."""
        wrapper = context.get("wrapper") or {}
        shown = [(segment, self.value(segment, context)) for segment in self.segments]
        return [_shown(segment, value, wrapper) for segment, value in shown if value]

    def update_cached_segments(self, context: Context) -> None:
        """Render the cached ones anew."""
        for segment in self.segments:
            if getattr(segment, "cached", False):
                self.value(segment, context, is_update=True)


def priority_of(segment: Segment) -> int:
    """Its place in the HUD; 100 where it does not say."""
    return int(getattr(segment, "priority", HudSegment.priority))


def _shown(segment: Segment, value: str, wrapper: Mapping[str, str]) -> str:
    """`name:value` in the wrapper, out of one that the plugin put on itself.

    A provider's text stays as it is.
    """
    if getattr(segment, "is_verbatim", False):
        return value
    value = value.strip()
    if len(value) > 1 and value[0] + value[-1] in _PAIRS:
        value = value[1:-1].strip()
    named = value if value.startswith(f"{segment.name}:") else f"{segment.name}:{value}"
    return f"{wrapper.get('left', '')}{named}{wrapper.get('right', '')}"


def _rendered(segment: Segment, context: Context) -> str | None:
    should_render = getattr(segment, "should_render", None)
    if should_render is not None and not should_render(context):
        return None
    value = segment.render(context)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"`render` of segment `{segment.name}` gave {value!r}, not text")
    # Text and nothing more: no subclass of `str`, and no half characters, which can't be sent.
    value = value and str.encode(value, "utf-8", "replace").decode()
    return value if value and value.strip() else None


def _check(segment: Segment) -> None:
    """TypeError, ValueError with what to do."""
    name = getattr(segment, "name", None)
    if (
        not isinstance(name, str)
        or not name
        or not name.isprintable()
        or name.split() != [name]
        or len(name) > 60
    ):
        raise ValueError(
            f"{segment!r} has no name that can stand in a HUD: at most 60 characters, no blank, "
            f"found {name!r}"
        )
    if not callable(getattr(segment, "render", None)):
        raise TypeError(f"segment `{name}` has no `render(context)`")
    if not isinstance(getattr(segment, "priority", 0), int):
        raise TypeError(f"`priority` of segment `{name}` must be an integer")
    refresh = getattr(segment, "refresh", None)
    if refresh is not None and not (isinstance(refresh, int | float) and refresh > 0):
        raise ValueError(f"`refresh` of segment `{name}` must be seconds, found {refresh!r}")
