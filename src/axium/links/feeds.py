"""Subscriptions: one of the server for all who follow an event, made anew after a reconnect."""

from functools import partial

from axium.links.dialogue import Code, Event, Failed, Gap, Key, Progress, Result
from axium.links.line import Line
from axium.links.messages import NULL, Answer, said
from axium.links.profiles import ANY, Noticed, Profile

PATIENCE_SECS = 60.0
"""How long a new follower waits for its subscription."""

SUBSCRIBED = Progress(None, None, "SUBSCRIBED")
"""Tells a follower that events come from now on."""


class Feed:
    """One event, and who follows it."""

    def __init__(self, event: str) -> None:
        self.event = event
        self.followers: dict[Key, bool] = {}  # whether it has been told that events come
        self.ticket = b""
        self.is_live = False
        self.is_asked = False


class Feeds:
    """The subscriptions of one link."""

    def __init__(self, profile: Profile, line: Line) -> None:
        self._profile = profile
        self._line = line
        self._feeds: dict[str, Feed] = {}
        self._followed: dict[Key, Feed] = {}
        self._is_up = False

    def __len__(self) -> int:
        return len(self._followed)

    @property
    def has_new(self) -> bool:
        """Whether somebody waits for a first subscription."""
        return any(not told for feed in self._feeds.values() for told in feed.followers.values())

    def follow(self, key: Key, event: str) -> None:
        """One more follower."""
        feed = self._feeds.setdefault(event, Feed(event))
        feed.followers[key] = False
        self._followed[key] = feed
        self._line.timers.set(("follow", key), self._line.now() + PATIENCE_SECS)
        if feed.is_live:
            self._welcome(feed)
        elif self._is_up and not feed.is_asked:
            self._ask(feed)

    def leave(self, key: Key) -> bool:
        """One less; False where it was none."""
        is_over = self._drop(key, Result(NULL))
        if is_over:
            self._line.used()
        return is_over

    def late(self, key: Key, why: str) -> None:
        """A new follower has waited long enough."""
        self._drop(key, Failed("link_down", f"not subscribed: {why}"))

    def up(self) -> None:
        """The connection serves: subscribe to all that is followed."""
        self._is_up = True
        for feed in list(self._feeds.values()):
            self._ask(feed)

    def lost(self) -> None:
        """It does not any more."""
        self._is_up = False
        for feed in self._feeds.values():
            feed.is_live = feed.is_asked = False
            feed.ticket = b""

    def fail(self, code: Code, sentence: str) -> None:
        """Nobody gets events any more."""
        for key in list(self._followed):
            self._drop(key, Failed(code, sentence))

    def notice(self, noticed: Noticed) -> bool:
        """Pass a notification on; False where nobody follows it."""
        found = self._meant(noticed)
        for feed in found:
            if noticed.end is not None:
                self._end(feed, Failed("remote", noticed.end, noticed.data))
                continue
            if not feed.is_live:
                if not feed.is_asked:
                    continue
                self._begin(feed)  # the event has overtaken the answer
            event = Event(noticed.event or feed.event, noticed.data)
            for key in list(feed.followers):
                self._line.tell(key, event, False)
        return bool(found)

    def _meant(self, noticed: Noticed) -> list[Feed]:
        if noticed.ticket is not None:
            return [feed for feed in self._feeds.values() if feed.ticket == noticed.ticket]
        names = dict.fromkeys((noticed.event or "", ANY))
        return [feed for name in names if (feed := self._feeds.get(name)) is not None]

    def _ask(self, feed: Feed) -> None:
        request = self._profile.follow(feed.event)
        if request is None or feed.event in self._profile.unasked:
            self._begin(feed)
            return
        feed.is_asked = True
        self._line.ask(request, partial(self._answered, feed))

    def _answered(self, feed: Feed, answer: Answer) -> None:
        if self._feeds.get(feed.event) is not feed:
            self._cancel(feed.event, answer.result)
        elif answer.error:
            self._end(feed, Failed("remote", said(answer.error), answer.error))
        else:
            feed.ticket = answer.result
            if not feed.is_live:
                self._begin(feed)

    def _begin(self, feed: Feed) -> None:
        feed.is_live = True
        for key, was_told in list(feed.followers.items()):
            if was_told:
                self._line.tell(key, Gap(feed.event), False)
        self._welcome(feed)

    def _welcome(self, feed: Feed) -> None:
        for key, was_told in list(feed.followers.items()):
            if not was_told:
                feed.followers[key] = True
                self._line.timers.drop(("follow", key))
                self._line.tell(key, SUBSCRIBED, False)

    def _end(self, feed: Feed, body: Failed) -> None:
        feed.is_live = False
        for key in list(feed.followers):
            self._drop(key, body)

    def _drop(self, key: Key, body: Failed | Result) -> bool:
        feed = self._followed.pop(key, None)
        if feed is None:
            return False
        del feed.followers[key]
        self._line.timers.drop(("follow", key))
        self._line.tell(key, body, True)
        if not feed.followers:
            del self._feeds[feed.event]
            if feed.is_live:
                self._cancel(feed.event, feed.ticket)
        return True

    def _cancel(self, event: str, ticket: bytes) -> None:
        request = self._profile.unfollow(event, ticket) if ticket and self._is_up else None
        if request is not None:
            self._line.ask(request, _ignore)


def _ignore(_answer: Answer) -> None:
    """Whether it was still subscribed makes no difference."""
