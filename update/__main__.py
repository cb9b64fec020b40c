"""Bring a project to a later release of the template that this file is in.

A project's `kedro template update` fetches the template and runs this: so the newest release
updates projects of every age.
"""

import argparse
import sys
from pathlib import Path

from .errors import UpdateError
from .guards import message
from .merge import Checkout
from .origin import read_origin
from .releases import Template
from .report import report
from .run import update


def main() -> int:
    parser = argparse.ArgumentParser(prog="update", description=__doc__)
    parser.add_argument("project", type=Path, help="the directory of the project")
    parser.add_argument("--version", help="the release to go to (the newest)")
    parser.add_argument("--template", help="where the template is now, if it has moved")
    parser.add_argument("--dry-run", action="store_true", help="only show what would come")
    parser.add_argument("--defaults", action="store_true", help="do not ask for new answers")
    options = parser.parse_args()
    template = Template(Path(__file__).resolve().parents[1])
    try:
        with Checkout.open(options.project, throw_away=options.dry_run) as checkout:
            origin = read_origin(checkout.project, options.template)
            ask = sys.stdin.isatty() and not options.defaults
            outcome = update(checkout, origin, template, options.version, ask)
            print(message(report(outcome, checkout, dry_run=options.dry_run)))
    except UpdateError as error:
        print(message(f"Error: {error}\nNothing was changed."), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted. Nothing was changed.", file=sys.stderr)
        return 130
    return 0 if outcome.is_done else 1


if __name__ == "__main__":
    sys.exit(main())
