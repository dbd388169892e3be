"""The command line: builds the group of commands from the plugins, and turns the grader's errors into messages."""

from __future__ import annotations

import os
import sys
from typing import Any

import click
import pluggy

from grader.errors import GraderError
from grader.plugins import create_manager


class CommandError(click.ClickException):
    """A message for the user that is not about a grade."""

    exit_code = 2


class Group(click.Group):
    """A group whose commands may raise GraderError: the user sees one message, and the exit code is 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command."""
        try:
            return super().invoke(ctx)
        except GraderError as error:
            raise CommandError(str(error)) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Lists the commands in the order in which a learner meets them."""
        return list(self.commands)


def create_cli(manager: pluggy.PluginManager) -> click.Group:
    """Builds the command line from what the plugins register."""
    group = Group(
        name="grader",
        help=(
            "Learn deep learning by writing it: pick a kata, fill in the stub, run the grader.\n\n"
            "\b\n"
            "  grader list              what there is, and what is open to you\n"
            "  grader start perceptron  copies a kata into this folder\n"
            "  grader run perceptron    grades your file and explains the first failure\n"
            "  grader hint perceptron   the next hint"
        ),
        context_settings={"help_option_names": ["-h", "--help"], "obj": manager},
    )
    group = click.version_option(package_name="kata-grader", prog_name="grader")(group)
    manager.hook.grader_register_commands(group=group)
    return group


def main() -> None:
    """Runs the command line."""
    try:
        cli = create_cli(create_manager())
    except GraderError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    try:
        cli(prog_name="grader")
    except BrokenPipeError:
        # Whoever read the output has had enough; what is left in the buffer must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(2)
