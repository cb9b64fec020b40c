"""What tests of the template share."""

import subprocess

import pytest

# Takes the network away, and needs no privilege: the namespace is of a user.
NO_NETWORK = ["unshare", "--map-root-user", "--net"]


@pytest.fixture(scope="session")
def offline() -> list[str]:
    """How to start a program without a network; no test passes where this machine cannot."""
    command = " ".join(NO_NETWORK)
    try:
        done = subprocess.run([*NO_NETWORK, "true"], capture_output=True, text=True, check=False)
        reason = done.stderr if done.returncode else ""
    except OSError as error:
        reason = str(error)
    if reason:
        pytest.fail(
            f"`{command}` takes the network away from a test, and fails here: {reason.strip()}. "
            "It needs Linux with util-linux, and unprivileged user namespaces allowed.",
            pytrace=False,
        )
    return NO_NETWORK
