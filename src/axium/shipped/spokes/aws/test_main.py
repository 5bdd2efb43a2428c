"""The spoke by itself, against a stand-in for `axium`; run by pytest, or `python -m unittest`."""

import importlib.util
import json
import os
import tempfile
import unittest
from pathlib import Path
from types import ModuleType
from unittest import mock

import typer
from typer.testing import CliRunner, Result

IDENTITY = {"UserId": "AIDA1", "Account": "123456789012", "Arn": "arn:aws:iam::1:user/me"}

STAND_IN = f"""#!/bin/sh
printf '%s\\n' "$*" >>"$SEEN"
case $* in
  'run aws sts get-caller-identity'*) printf '%s' '{json.dumps(IDENTITY)}' ;;
  'run aws configure get region') echo eu-west-1 ;;
  *) exit 3 ;;
esac
"""


def load() -> ModuleType:
    """The spoke's main.py."""
    spec = importlib.util.spec_from_file_location("aws_main", Path(__file__).with_name("main.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class AwsTest(unittest.TestCase):
    """Each test has a directory with a program `axium`, which notes how it was called."""

    def setUp(self) -> None:
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.seen = Path(made.name, "seen")
        program = Path(made.name, "axium")
        program.write_text(STAND_IN)
        program.chmod(0o755)
        environ = {
            "PATH": f"{made.name}:{os.environ['PATH']}",
            "SEEN": str(self.seen),
            "AXIUM_HOME": f"{made.name}/home",
            "AXIUM_NO_AUTOSTART": "1",
            "AWS_PROFILE": "",
        }
        changed = mock.patch.dict(os.environ, environ)
        changed.start()
        self.addCleanup(changed.stop)

    def run_aws(self, *words: str) -> Result:
        app = typer.Typer()
        load().register(app)
        return CliRunner().invoke(app, ["aws", *words])

    def test_whoami_shows_the_identity(self) -> None:
        done = self.run_aws("whoami")
        shown = "account  123456789012\narn      arn:aws:iam::1:user/me\nuser     AIDA1\n"
        assert (done.exit_code, done.stdout) == (0, shown)
        assert self.seen.read_text() == "run aws sts get-caller-identity --output json\n"

    def test_whoami_is_a_document_for_programs(self) -> None:
        expected = {"account": "123456789012", "arn": "arn:aws:iam::1:user/me", "user": "AIDA1"}
        assert json.loads(self.run_aws("whoami", "--json").stdout) == expected

    def test_info_shows_where_as_well(self) -> None:
        shown = self.run_aws("info").stdout.splitlines()
        assert shown[:3] == ["environment", "profile      default", "region       eu-west-1"]

    def test_the_exit_code_of_aws_is_kept(self) -> None:
        Path(os.environ["PATH"].split(":")[0], "axium").write_text("#!/bin/sh\nexit 254\n")
        assert self.run_aws("whoami").exit_code == 254

    def test_what_can_not_be_understood_is_told(self) -> None:
        Path(os.environ["PATH"].split(":")[0], "axium").write_text("#!/bin/sh\necho no\n")
        done = self.run_aws("whoami")
        assert done.exit_code == 2
        assert "can't be understood: 'no'" in done.stderr


if __name__ == "__main__":
    unittest.main()
