"""The HUD, for plugins: their segments, and texts that are shown as they are."""

from collections.abc import Callable
from typing import Any

from axium.core.hud_segments import Context, HudRegistry, HudSegment, Segment

Provider = Callable[..., str | None]


def get_registry() -> HudRegistry:
    """The registry of this process."""
    return HudRegistry.get_instance()


def register_hud_segment(segment: Segment | type[HudSegment]) -> None:
    """Add a segment, an object or its class, to the HUD. TypeError, ValueError."""
    get_registry().register(segment)


def register_hud_provider(callable: Provider) -> None:  # noqa: A002 (published)
    """Add a text to the HUD that is shown as it is returned.

    It is called with the context where it takes one. Its name is the function's.
    """
    get_registry().register(_Provided(callable))


class _Provided(HudSegment):
    """A function as a segment."""

    is_verbatim = True

    def __init__(self, provider: Provider) -> None:
        from inspect import signature  # 5 ms, and only where a plugin registers

        super().__init__(name=_name_of(provider))
        self._provider = provider
        try:
            self._takes_context = bool(signature(provider).parameters)
        except (TypeError, ValueError):
            self._takes_context = False  # built in, and it does not tell what it takes

    def render(self, context: Context) -> str | None:
        given: tuple[Any, ...] = (context,) if self._takes_context else ()
        return self._provider(*given)


def _name_of(provider: Provider) -> str:
    name = str(getattr(provider, "__name__", type(provider).__name__))
    # Two on different lines would otherwise take one another's place.
    return f"lambda-{provider.__code__.co_firstlineno}" if name == "<lambda>" else name
