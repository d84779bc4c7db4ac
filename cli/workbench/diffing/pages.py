"""Changes as text, as Markdown for a pull request's comment, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from rich.text import Text

from cli.workbench.diffing.bearings import Bearing, Change

Changes = Mapping[str, list[Change]]  # by tenant; tenants without changes are not there
Page = Callable[[Changes], Iterator[Text]]

_STYLES = {Bearing.STRICTER: "green", Bearing.LOOSER: "red", Bearing.UNCLEAR: "yellow", Bearing.NEITHER: "dim"}


def loosens(changes: list[Change]) -> bool:
    return any(change.bearing in (Bearing.LOOSER, Bearing.UNCLEAR) for change in changes)


def as_text(changes: Changes) -> Iterator[Text]:
    for tenant, own in changes.items():
        yield Text(f"{tenant}: {_headline(own)}", style="bold")
        for title, group in _groups(own):
            yield Text(f"  {title} {_how(group)}:")
            yield from (
                Text.assemble("    ", (f"{each.bearing.value:8}", _STYLES[each.bearing]), f"  {each.words}")
                for each in group
            )
    if not changes:
        yield Text("no policy changes")


def as_markdown(changes: Changes) -> Iterator[Text]:
    for tenant, own in changes.items():
        yield Text(f"### Policy `{tenant}`: {_headline(own)}\n")
        for title, group in _groups(own):
            yield Text(f"**{title} {_how(group)}**\n")
            yield from (Text(f"- {_emphasis(each)}: {each.words.replace('->', '→')}") for each in group)
            yield Text()
    if not changes:
        yield Text("No policy changes.")


def as_json(changes: Changes) -> Iterator[Text]:
    rows = [
        {"tenant": tenant, "flow": each.flow, "change": each.words, "bearing": each.bearing.value}
        for tenant, own in changes.items()
        for each in own
    ]
    yield Text(json.dumps(rows, indent=2))


PAGES: Mapping[str, Page] = {"text": as_text, "markdown": as_markdown, "json": as_json}


def _headline(changes: list[Change]) -> str:
    bearings = {change.bearing for change in changes}
    if Bearing.LOOSER in bearings:
        return "this loosens"
    if Bearing.UNCLEAR in bearings:
        return "this may loosen"
    return "this only becomes stricter" if Bearing.STRICTER in bearings else "nobody is judged otherwise"


def _how(changes: list[Change]) -> str:
    bearings = {change.bearing for change in changes} - {Bearing.NEITHER}
    if bearings == {Bearing.STRICTER}:
        return "becomes stricter"
    if bearings == {Bearing.LOOSER}:
        return "becomes looser"
    if bearings == {Bearing.STRICTER, Bearing.LOOSER}:
        return "becomes stricter in one way and looser in another"
    return "changes" if bearings else "changes, neither stricter nor looser"


def _groups(changes: list[Change]) -> Iterator[tuple[str, list[Change]]]:
    for flow in dict.fromkeys(change.flow for change in changes):
        yield flow or "the policy as a whole", [change for change in changes if change.flow == flow]


def _emphasis(change: Change) -> str:
    word = change.bearing.value
    return f"**{word}**" if change.bearing in (Bearing.LOOSER, Bearing.UNCLEAR) else word
