"""The wheel of the plugin in a project: made the same everywhere, and installed from anywhere."""

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cookiecutter.main import cookiecutter

from support import (
    LOCKED_PLUGIN,
    PYTHONS,
    ROOT,
    TEMPLATE,
    clean_environment,
    interpreter,
    make,
    service,
)

WHEELS = "wheels/*.whl"
# What differs from the wheel of the build backend: it names itself, and knows older metadata.
OWN_LINES = re.compile(rb"^(?:Generator|Metadata-Version): .*\n", re.MULTILINE)


def only(directory: Path, pattern: str = "*.whl") -> Path:
    """The one file of a directory."""
    (found,) = directory.glob(pattern)
    return found


def digest_of(wheel: Path) -> str:
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = str(tmp_path_factory.mktemp("generated"))
    answers = {"example": "none"}
    return Path(cookiecutter(str(ROOT), no_input=True, output_dir=output, extra_context=answers))


@pytest.fixture
def project(generated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(generated, tmp_path / "project"))


@pytest.mark.parametrize("version", PYTHONS)
def test_every_python_builds_the_same_bytes(version: str, project: Path, tmp_path: Path) -> None:
    build = [interpreter(version), str(ROOT / "scripts/build_wheel.py"), str(tmp_path / "built")]
    subprocess.run(build, cwd=tmp_path, env=clean_environment(), umask=0o077, check=True)
    built, generated = only(tmp_path / "built"), only(project, WHEELS)
    assert built.name == generated.name
    assert built.read_bytes() == generated.read_bytes()


def test_line_ends_of_a_checkout_do_not_matter(project: Path, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for file in ("scripts/build_wheel.py", "pyproject.toml", "README.md", "LICENSE"):
        (checkout / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, checkout / file)
    shutil.copytree(ROOT / "src", checkout / "src")
    for path in checkout.rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    build = [sys.executable, str(checkout / "scripts/build_wheel.py"), str(tmp_path / "built")]
    subprocess.run(build, check=True)
    assert only(tmp_path / "built").read_bytes() == only(project, WHEELS).read_bytes()


def test_the_build_backend_makes_the_same_content(project: Path, tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    backend, ours = only(tmp_path), only(project, WHEELS)
    assert backend.name == ours.name
    assert contents(backend) == contents(ours)


def contents(wheel: Path) -> dict[str, bytes | set[str]]:
    """The files of a wheel, without what is allowed to differ; of RECORD, which ones it lists."""
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    (record,) = (name for name in found if name.endswith(".dist-info/RECORD"))
    listed = {line.split(",")[0] for line in found.pop(record).decode().splitlines()}
    return {name: OWN_LINES.sub(b"", content) for name, content in found.items()} | {record: listed}


def test_the_wheel_lists_the_hashes_of_its_files(project: Path) -> None:
    with zipfile.ZipFile(only(project, WHEELS)) as archive:
        (record,) = (name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
        lines = archive.read(record).decode().splitlines()
        for name, listed, size in (line.split(",") for line in lines[:-1]):
            content = archive.read(name)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            assert (listed, size) == (f"sha256={digest}", str(len(content))), name
        assert lines[-1] == f"{record},,"


def test_the_locks_are_those_of_the_template_with_the_hash_of_the_wheel(project: Path) -> None:
    digest = digest_of(only(project, WHEELS))
    naming = set()
    for lock in TEMPLATE.glob("requirements*.lock"):
        before, after = lock.read_text(), (project / lock.name).read_text()
        line = re.search(r"^kedro-golden-path==\S+$", before, re.MULTILINE)
        if line:
            naming.add(lock.name)
            before = before.replace(line[0], f"{line[0]} \\\n    --hash=sha256:{digest}")
        assert after == before, lock.name
    others = {"requirements-airflow.lock", "requirements-uv.lock"}
    assert naming == {lock.name for lock in TEMPLATE.glob("requirements*.lock")} - others


Install = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(params=["pip", "uv"])
def install(request: pytest.FixtureRequest, project: Path, tmp_path: Path) -> Install:
    """Install what a project's lock says of the plugin, and nothing that was kept from before."""
    (locked,) = LOCKED_PLUGIN.findall((project / "requirements-dev.lock").read_text())
    (tmp_path / "plugin.lock").write_text(locked)
    pip = [sys.executable, "-m", "pip", "--no-cache-dir", "--disable-pip-version-check"]
    uv = [str(Path(sys.executable).with_name("uv")), "--no-cache", "pip"]
    tool = {"pip": pip, "uv": uv}[request.param]

    def install(
        *options: str, instead: tuple[str, ...] = (), **env: str
    ) -> "subprocess.CompletedProcess[str]":
        lock = ("--requirement", str(tmp_path / "plugin.lock"))
        command = [*instead, *tool, "install", "--require-hashes", "--no-deps", *lock, *options]
        return subprocess.run(
            [*command, "--target", str(tmp_path / "installed")],
            cwd=project,
            env=clean_environment() | env,
            capture_output=True,
            text=True,
            check=False,
        )

    return install


def assert_installed(
    done: "subprocess.CompletedProcess[str]", directory: Path, project: Path
) -> None:
    """Check that the plugin was installed, whole, and that the locks stayed as they were."""
    assert done.returncode == 0, done.stderr
    source = {path.relative_to(ROOT / "src") for path in (ROOT / "src").rglob("*.py")}
    target = directory / "installed"
    assert source == {path.relative_to(target) for path in target.glob("kedro_golden_path/**/*.py")}
    assert only(target, "*.dist-info").name.startswith("kedro_golden_path-")


def test_a_project_installs_from_its_own_wheels(
    install: Install, project: Path, tmp_path: Path, offline: list[str]
) -> None:
    done = install("--no-index", "--find-links", "wheels", instead=tuple(offline))
    assert_installed(done, tmp_path, project)


@pytest.fixture
def index(project: Path, tmp_path: Path) -> Iterator[str]:
    """A package index that has the project's wheel, which the project has no longer."""
    page = tmp_path / "index/simple/kedro-golden-path"
    page.mkdir(parents=True)
    wheel = Path(shutil.move(only(project, WHEELS), page))
    digest = digest_of(wheel)
    link = f'<a href="{wheel.name}#sha256={digest}">{wheel.name}</a>'
    (page / "index.html").write_text(f"<!DOCTYPE html><html><body>{link}</body></html>")
    server = [sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1"]
    with service([*server, "--directory", str(tmp_path / "index")], "/simple/", tmp_path) as url:
        yield f"{url}/simple/"


def test_without_its_wheel_a_project_installs_from_an_index(
    install: Install, index: str, project: Path, tmp_path: Path
) -> None:
    assert_installed(install(PIP_INDEX_URL=index, UV_DEFAULT_INDEX=index), tmp_path, project)


def test_without_a_network_a_project_installs_from_a_wheelhouse(
    install: Install, project: Path, tmp_path: Path, offline: list[str]
) -> None:
    house = tmp_path / "wheelhouse"
    house.mkdir()
    shutil.move(only(project, WHEELS), house)
    done = install("--no-index", "--find-links", str(house), instead=tuple(offline))
    assert_installed(done, tmp_path, project)


def test_make_install_takes_all_from_a_wheelhouse_and_what_has_changed_again(
    project: Path, tmp_path: Path, offline: list[str]
) -> None:
    house = tmp_path / "wheelhouse"
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    uv = ["--requirement", str(project / "requirements-uv.lock"), "--dest", str(house)]
    subprocess.run([*download, *uv], check=True)
    wheel = Path(shutil.move(only(project, WHEELS), house))
    # All that is locked would be a gigabyte.
    lock = project / "requirements-dev.lock"
    lock.write_text("".join(LOCKED_PLUGIN.findall(lock.read_text())))
    env = {"PIP_FIND_LINKS": str(house), "UV_FIND_LINKS": str(house)}
    env |= {"PIP_NO_INDEX": "1", "UV_OFFLINE": "1", "UV_NO_CACHE": "1"}
    make(project, "install", f"PYTHON={sys.executable}", instead=offline, **env)
    (package,) = project.glob(".venv/lib/python*/site-packages/kedro_golden_path")

    before = digest_of(wheel)
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("kedro_golden_path/more.py", "")
    lock.write_text(lock.read_text().replace(before, digest_of(wheel)))
    make(project, "install", f"PYTHON={sys.executable}", instead=offline, **env)
    assert (package / "more.py").exists()


def test_a_wheel_that_is_not_the_locked_one_is_refused(install: Install, project: Path) -> None:
    with zipfile.ZipFile(only(project, WHEELS), "a") as archive:
        archive.writestr("kedro_golden_path/more.py", "")
    done = install("--no-index", "--find-links", "wheels")
    assert done.returncode != 0
    assert "hash" in done.stderr.lower()
    assert only(project, WHEELS).name in done.stderr or "kedro-golden-path==" in done.stderr
