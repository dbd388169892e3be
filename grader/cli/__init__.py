"""The command line: builds the group of commands from the plugins, and turns the grader's errors into messages."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import Any
from typing import Final

import click

from grader import messages
from grader.cli import home
from grader.cli import options
from grader.cli import streams
from grader.errors import GraderError
from grader.plugins import PluginManager
from grader.plugins import create_manager

EXIT_FAULT: Final = 2
"""The grader or the command line is at fault; 1 is kept for the verdict "fail"."""

EXIT_INTERRUPTED: Final = 130


class Group(click.Group):
    """A group whose commands may raise anything: the user sees one message, and the exit code is not that of a verdict."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        """Reads the command line, which may print help."""
        try:
            return super().make_context(*args, **options)
        except BrokenPipeError:
            raise click.exceptions.Exit(EXIT_FAULT) from None  # Click would exit with 1.

    def invoke(self, ctx: click.Context) -> None:
        """Runs a command, and ends with its exit code."""

        def run() -> None:
            super(Group, self).invoke(ctx)  # What it returns means nothing.

        ctx.exit(exit_code(run))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Finds a command, after the plugins are named that could have brought it and are left out.

        A command that there is not may be a kata, or a slip of one that there is.
        """
        if args[:1] != ["plugins"]:  # It shows them itself.
            for plugin in ctx.obj.left_out:
                if not plugin.is_disabled:
                    messages.warn(plugin.describe())
        if args[0] not in self.commands and not args[0].startswith("-"):
            raise click.UsageError(_describe_unknown(ctx.obj, args[0], self.list_commands(ctx)), ctx)
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Reads the words; where there are none, a workspace says where the learner was, and any other folder shows help."""
        self.no_args_is_help = bool(args) or not home.is_workspace_here()
        return super().parse_args(ctx, args)

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Adds a command, and refuses anything else while it is still known who adds it."""
        if not isinstance(cmd, click.Command):
            raise TypeError(f"expected a click.Command, found {cmd!r}; decorate it with @click.command")
        super().add_command(cmd, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Lists the commands in the order in which a learner meets them."""
        return [name for name, command in self.commands.items() if not command.hidden]


def _describe_unknown(manager: PluginManager, word: str, commands: list[str]) -> str:
    import difflib

    from grader.content.catalog import load_catalog

    katas = load_catalog(manager, lambda _: None).katas
    for close in difflib.get_close_matches(word, katas, n=1):
        if close == word or not difflib.get_close_matches(word, commands, n=1):
            return f"No such command {word!r}; {close!r} is a kata: `grader start {close}`, then `grader run {close}`."
    return f"No such command {word!r}{options.guess(word, commands)}"


def create_cli(manager: PluginManager) -> click.Group:
    """Builds the command line from what the plugins register."""
    group = Group(
        name="grader",
        help=(
            "Learn deep learning by writing it: pick a kata, fill in the stub, run the grader.\n\n"
            "\b\n"
            "  grader list              what there is, and what is open to you\n"
            "  grader start perceptron  copies a kata into this folder\n"
            "  grader run perceptron    grades your file and explains the first failure\n"
            "  grader hint perceptron   the next hint\n\n"
            "In a workspace, `grader` alone says where you were and what to type."
        ),
        invoke_without_command=True,
        subcommand_metavar="COMMAND [ARGS]...",
        callback=_go_on,
        context_settings={
            "help_option_names": ["-h", "--help"],
            "obj": manager,
            "color": False if os.environ.get("NO_COLOR") else None,  # https://no-color.org
        },
    )
    group = click.version_option(package_name="kata-grader", prog_name="grader")(group)
    manager.hook.grader_register_commands(group=group)
    return group


@click.pass_context
def _go_on(ctx: click.Context) -> None:
    if ctx.invoked_subcommand is None:
        home.show_position(ctx.obj)


def main() -> None:
    """Runs the command line."""
    streams.prepare()
    code = EXIT_FAULT
    try:
        code = exit_code(lambda: create_cli(create_manager())(prog_name="grader", standalone_mode=False))
    finally:
        streams.finish()
    sys.exit(code)


def exit_code(run: Callable[[], Any]) -> int:
    """Calls a function and returns the exit code that follows from what it returns, or raises; says what is to be said."""
    try:
        return int(run() or 0)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        with contextlib.suppress(OSError, ValueError):
            error.show()
    except GraderError as error:
        messages.say(f"Error: {error}")
    except (KeyboardInterrupt, click.Abort):
        messages.say("Interrupted.")
        return EXIT_INTERRUPTED
    except Exception as error:
        if not (isinstance(error, BrokenPipeError) and streams.is_reader_gone()):  # Otherwise nobody wants to know.
            messages.say(
                f"Error: The grader itself failed ({messages.describe(error)}), which says nothing about any submission; "
                f"{messages.save_traceback(error)}."
            )
    return EXIT_FAULT
