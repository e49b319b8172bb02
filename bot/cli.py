"""The `akrab` command. Each command imports what it needs when it runs, so that help is quick."""

import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import UserError

OUR_FAULT = 3

main_app = typer.Typer(
    help="Akrab: an assistant on every channel, with one memory for each customer.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
nlu_app = typer.Typer(help="The assistant's understanding.", no_args_is_help=True)
staff_app = typer.Typer(help="The people who sign in to the console.", no_args_is_help=True)
ledger_app = typer.Typer(help="The loyalty points' books.", no_args_is_help=True)
channels_app = typer.Typer(help="The channels at their providers.", no_args_is_help=True)
main_app.add_typer(nlu_app, name="nlu")
main_app.add_typer(channels_app, name="channels")
main_app.add_typer(staff_app, name="staff")
main_app.add_typer(ledger_app, name="ledger")
rasa_app = typer.Typer(
    help="Real Rasa as the dialogue engine (docs/rasa.md).", no_args_is_help=True
)
main_app.add_typer(rasa_app, name="rasa")

ConfigFile = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
DEFAULT = Path("config.yml")


def main() -> None:
    """Run the command; exit 1 for what the user can put right, 3 with a traceback for our bugs."""
    try:
        main_app()
    except UserError as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except Exception:  # noqa: BLE001 - the command line's own edge
        traceback.print_exc()
        print("This is a bug in Akrab, please report it.", file=sys.stderr)  # noqa: T201
        sys.exit(OUR_FAULT)


@main_app.command()
def demo(config: ConfigFile = DEFAULT) -> None:
    """Prepare everything: database, model and the demo company Toko Sinar."""
    from bot.commands import prepare

    prepare.demo(config)


@main_app.command()
def serve(
    config: ConfigFile = DEFAULT,
    host: Annotated[str | None, typer.Option(help="Instead of web.host.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of web.port.")] = None,
) -> None:
    """Serve webhooks, chat and console, and do the background work."""
    from bot.commands import run

    run.serve(config, host=host, port=port)


@main_app.command()
def work(config: ConfigFile = DEFAULT) -> None:
    """Do only the background work, beside a server started with worker.enabled: false."""
    from bot.commands import run

    run.work(config)


@main_app.command()
def chat(
    config: ConfigFile = DEFAULT,
    name: Annotated[
        str | None, typer.Option("--as", help="Who you are: a name or +62…; else a new guest.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="A channel of config.yml.")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show intent and confidence.")] = False,
) -> None:
    """Talk to the assistant here; an empty line or Ctrl-D ends it."""
    from bot.commands import chat as chatting

    chatting.chat(config, name=name, channel=channel, debug=debug)


@main_app.command()
def check(config: ConfigFile = DEFAULT) -> None:
    """Look at configuration, database, model and channels, and say what was found."""
    from bot.commands import check as checking

    sys.exit(checking.check(config))


@main_app.command()
def train(config: ConfigFile = DEFAULT) -> None:
    """Train the assistant's model from nlu/assistant."""
    from bot.commands import prepare

    prepare.train(config)


@main_app.command()
def migrate(config: ConfigFile = DEFAULT) -> None:
    """Bring the database to the newest schema."""
    from bot.commands import prepare

    prepare.migrate(config)


@main_app.command()
def bench(
    write: Annotated[Path | None, typer.Option(help="Write the table to this file too.")] = None,
    seconds: Annotated[float, typer.Option(help="How long each row is measured.")] = 5.0,
    rasa: Annotated[bool, typer.Option("--rasa", help="Compare with real Rasa too.")] = False,
    test_on: Annotated[Path | None, typer.Option("--test", help="Held-back NLU data.")] = None,
    public: Annotated[
        Path | None, typer.Option(help="Folder of public sets: NAME/train.yml, NAME/test.yml.")
    ] = None,
    config: ConfigFile = DEFAULT,
) -> None:
    """Measure messages a second through the whole durable way of a message."""
    from bot.commands import bench as measuring

    measuring.bench(config, write=write, seconds=seconds, rasa=rasa, test_on=test_on, public=public)


@main_app.command("test")
def play_stories(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders of conversation tests.")],
    engine: Annotated[str, typer.Option(help="embedded, rasa, or both to compare.")] = "embedded",
    actions: Annotated[
        list[Path] | None,
        typer.Option(help="Python file or folder with another assistant's actions."),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(help="Write the results to this file, as JUnit's XML.")
    ] = None,
    config: ConfigFile = DEFAULT,
) -> None:
    """Play conversation tests through the whole product; exit 1 if one goes otherwise."""
    from bot.commands import stories

    sys.exit(stories.test(config, paths, engine=engine, actions=actions or (), report=junit))


@rasa_app.command("validate")
def rasa_validate(config: ConfigFile = DEFAULT) -> None:
    """Let Rasa look for mistakes in domain, training data and rules."""
    from bot.commands import rasa

    rasa.validate(config)


@rasa_app.command("train")
def rasa_train(config: ConfigFile = DEFAULT) -> None:
    """Train nlu/assistant with Rasa, unless a model of these very files is there."""
    from bot.commands import rasa

    rasa.train(config)


@rasa_app.command("serve")
def rasa_serve(config: ConfigFile = DEFAULT) -> None:
    """Run a Rasa server on this machine, and start it again when it dies."""
    from bot.commands import rasa

    rasa.serve(config)


@rasa_app.command("env")
def rasa_env(config: ConfigFile = DEFAULT) -> None:
    """Print the secrets a Rasa server elsewhere must be given."""
    from bot.commands import rasa

    rasa.show_environment(config)


@nlu_app.command("test")
def nlu_test(
    train_on: Annotated[Path, typer.Option("--train", help="A folder of Rasa training data.")],
    test_on: Annotated[Path, typer.Option("--test", help="A Rasa NLU file with the answers.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Train on one set of examples and measure on another."""
    from bot.commands import understanding

    understanding.test(train_on, test_on, as_json=as_json)


@channels_app.command("setup")
def channels_setup(
    names: Annotated[list[str] | None, typer.Argument(help="Only these channels.")] = None,
    config: ConfigFile = DEFAULT,
) -> None:
    """Tell providers (Twilio, Telegram) where our webhooks are."""
    from bot.commands import channels

    sys.exit(channels.setup(config, names or ()))


@channels_app.command("templates")
def channels_templates(
    name: Annotated[str | None, typer.Argument(help="Only this channel.")] = None,
    sync: Annotated[bool, typer.Option("--sync", help="Fetch the list first.")] = False,
    config: ConfigFile = DEFAULT,
) -> None:
    """List the message templates with what the provider thinks of them."""
    from bot.commands import channels

    sys.exit(channels.list_templates(config, name, fetch=sync))


@channels_app.command("invite")
def channels_invite(
    name: Annotated[str, typer.Argument(help="A Telegram channel of config.yml.")],
    customer: Annotated[str, typer.Argument(help="Their phone number or email address.")],
    config: ConfigFile = DEFAULT,
) -> None:
    """Print a link that connects a customer's Telegram account; it works once, for minutes."""
    from bot.commands import channels

    channels.invite(config, name, customer)


@staff_app.command("add")
def staff_add(
    email: str,
    name: Annotated[str | None, typer.Option(help="How colleagues see them.")] = None,
    role: Annotated[str, typer.Option(help="service, marketer, supervisor or admin.")] = "service",
    team: Annotated[
        str | None, typer.Option(help="Whose conversations they see; none: service.")
    ] = None,
    config: ConfigFile = DEFAULT,
) -> None:
    """Add somebody who may sign in; asks for a password (or reads AKRAB_PASSWORD)."""
    from bot.commands import people

    people.add(config, email, name=name, role=role, team=team)


@ledger_app.command("verify")
def ledger_verify(config: ConfigFile = DEFAULT) -> None:
    """Recompute every balance from its entries and say what does not agree."""
    from bot.commands import people

    sys.exit(people.verify_ledger(config))


if __name__ == "__main__":
    main()
