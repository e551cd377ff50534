"""The shell of `veedor sql`: questions one after the other, over several lines, with completion and history.

Belongs here: keys, prompt, history file and the loop. Every question opens the published copy anew and closes it, so
that a shell left open for days sees each new night and stands in nobody's way. Does not belong here: what commands ask
(`sql_commands`), what is offered (`sql_words`), how an answer looks (`sql_formats`).
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from pipelines import interrupts
from pipelines.cli import sql_commands, sql_formats, sql_words
from pipelines.cli.console import err, fail, out
from pipelines.errors import VeedorError
from pipelines.settings import Settings

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.history import History
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

HISTORY = "sql_history"
LONGEST_HISTORY_BYTES = 1_000_000
# More rows than anybody reads on a screen; the rest is told, and a file has all of them.
SHOWN_ROWS = 200

GREETING = """
select max(night) as night, count(distinct night) as nights, count(distinct dataset) as datasets
from verdict_history"""


def run(settings: Settings, *, seconds: float, max_rows: int) -> None:
    """Ask and answer until the user leaves. Raises `HistoryMissing` when there is nothing to ask."""
    _, rows = sql_commands.answer(GREETING, settings, seconds=seconds, max_rows=max_rows)
    (night, nights, datasets), *_ = rows
    if night is None:
        out.print("The published history holds no night yet.")
    else:
        out.print(f"The published history up to [bold]{night}[/bold]: {nights} nights, {datasets} datasets.")
    out.print(r"[dim]End a question with ;   \views   \describe NAME   \help   \quit[/dim]", highlight=False)
    session = _session(settings)
    # What prompt_toolkit leaves behind when Ctrl-C comes in the instant in which it starts.
    warnings.filterwarnings("ignore", message="coroutine .* was never awaited")
    while True:
        try:
            text = session.prompt()
        except KeyboardInterrupt:
            interrupts.forget()
            continue
        except EOFError:
            return
        told = sql_commands.command(text)
        if told == ("\\quit", ""):
            return
        if told == ("\\help", ""):
            out.print(escape(sql_commands.HELP))
            continue
        questions = [text] if told else [*sql_commands.statements(text)[0]]
        for question in questions:
            if not _answered(question, settings, seconds=seconds, max_rows=max_rows):
                break


def ready(text: str) -> bool:
    """Whether Enter asks, and does not begin another line: a command, or statements that all end in a semicolon."""
    if not text.strip() or text.lstrip().startswith("\\"):
        return True
    ended, rest = sql_commands.statements(text)
    return bool(ended) and not rest


def _answered(question: str, settings: Settings, *, seconds: float, max_rows: int) -> bool:
    try:
        columns, rows = sql_commands.answer(question, settings, seconds=seconds, max_rows=max_rows)
    except (VeedorError, KeyboardInterrupt) as error:
        if isinstance(error, VeedorError) and not interrupts.heard():
            fail(error, as_json=False)
            err.print()
        else:
            interrupts.forget()
            err.print("Given up.")
        return False
    out.print(sql_formats.shown(columns, rows[:SHOWN_ROWS], out.width))
    said = f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}"
    if len(rows) > SHOWN_ROWS:
        said += f", {SHOWN_ROWS} of them shown: add a LIMIT, or `veedor sql --output answer.csv`"
    out.print(f"[dim]{said}[/dim]\n")
    return True


def _session(settings: Settings) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.lexers import PygmentsLexer
    from prompt_toolkit.output.color_depth import ColorDepth
    from pygments.lexers.sql import SqlLexer

    return PromptSession(
        "veedor> ",
        multiline=True,
        prompt_continuation=lambda width, line, wrapped: "...> ".rjust(width),
        key_bindings=_keys(),
        completer=_completer(settings),
        complete_while_typing=False,
        history=_history(settings.data / HISTORY),
        lexer=PygmentsLexer(SqlLexer),
        color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
    )


def _keys() -> KeyBindings:
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()

    @keys.add("enter")
    def _enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state and buffer.complete_state.current_completion:
            buffer.complete_state = None  # a chosen completion is taken, and the line goes on
        elif ready(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    return keys


def _completer(settings: Settings) -> Completer:
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document

    names = sql_words.read(settings)

    class Words(Completer):
        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
            for offer in sql_words.offers(document.text, document.text_before_cursor, names):
                yield Completion(offer.text, start_position=-offer.length, display_meta=offer.about)

    return Words()


def _history(path: Path) -> History:
    """Questions of before, in a file that only its owner reads; in memory where the folder cannot be written."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600))
        if path.stat().st_size > LONGEST_HISTORY_BYTES:
            kept = path.read_bytes()[-LONGEST_HISTORY_BYTES // 2 :]
            path.write_bytes(kept[kept.find(b"\n# ") + 1 :])
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))
