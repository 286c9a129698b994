"""What `dangan` and its commands take, asked of the commands themselves."""

from functools import cache

import click

from admin.cli import cli


@cache
def options_of(*path: str) -> tuple[set[str], set[str]]:
    """The options and the subcommands of a command."""
    command: click.Command | None = cli
    for word in path:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word)
        assert command is not None, path
    assert command is not None
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    return options | {"--help"}, set(command.commands) if isinstance(command, click.Group) else set()
