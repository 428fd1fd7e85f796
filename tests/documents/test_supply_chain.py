"""What is installed and run from elsewhere is held by hash, digest or commit; the container may do little."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements"
LOCKS = ("run", "torch", "dev", "audit")
REMEDY = "run `make lock` and commit requirements/"


def locked(name: str) -> dict[str, str]:
    """The packages of a file of requirements/ with their entries, which begin with the version."""
    text = (REQUIREMENTS / f"{name}.txt").read_text()
    entries = re.findall(r"^([a-z0-9-]+)==(.*(?:\n    .*)*)", text, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^[^#\s]", text, re.MULTILINE)), f"{name}.txt has other lines"
    return dict(entries)


def version_of(entry: str) -> str:
    return re.split(r"[ ;\\]", entry, maxsplit=1)[0]


def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line.partition("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, _, version in pins}


@pytest.fixture(scope="module")
def ours() -> dict[str, str]:
    """All packages that run or test the bot."""
    return locked("run") | locked("torch") | locked("dev")


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes_and_no_address(name: str) -> None:
    for package, entry in locked(name).items():
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), package
    assert "://" not in (REQUIREMENTS / f"{name}.txt").read_text()


def test_the_versions_that_are_tested_are_the_locked_ones(ours: dict[str, str]) -> None:
    versions = {package: version_of(entry) for package, entry in ours.items()}
    assert {name: versions.get(name) for name in constraints()} == constraints(), REMEDY


def test_what_is_locked_for_every_platform_is_in_the_constraints(ours: dict[str, str]) -> None:
    everywhere = {name for name, entry in ours.items() if ";" not in entry.split("\n")[0]}
    assert everywhere - constraints().keys() - {"setuptools"} == set()


def test_the_locked_versions_are_those_that_the_package_asks_for(ours: dict[str, str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    asked += project["project"]["optional-dependencies"]["dev"]
    for line in asked:
        requirement = Requirement(line)
        version = version_of(ours[canonicalize_name(requirement.name)])
        assert requirement.specifier.contains(version), f"{line}: {version} is locked; {REMEDY}"


def test_cuda_triton_and_setuptools_are_locked() -> None:
    assert {"torch", "triton", "nvidia-cublas"} <= locked("torch").keys()
    assert "setuptools" in locked("run")


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """A program in place of Python, which notes what it is called with."""
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n')
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("index", ["", "https://wheels.example/cpu"])
def test_packages_are_installed_by_hash_but_for_torch_from_an_index_of_its_own(
    recorder: Path, index: str
) -> None:
    subprocess.run(
        ["sh", str(REQUIREMENTS / "install"), "./python", "run", "dev"],
        check=True,
        cwd=recorder.parent,
        env={"PATH": "/usr/bin:/bin", "TORCH_INDEX": index},
    )
    calls = recorder.with_name("calls").read_text().splitlines()
    assert "--no-deps" in calls[-1]
    assert "--require-hashes" in calls[-1]
    files = re.findall(r"--requirement \S+/(\S+)", calls[-1])
    if index:
        assert files == ["run.txt", "dev.txt"]
        torch = version_of(locked("torch")["torch"])
        assert calls[:-1] == [f"-m pip install --quiet --no-deps --index-url {index} torch=={torch}"]
    else:
        assert files == ["run.txt", "torch.txt", "dev.txt"]
        assert len(calls) == 1


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_held_by_its_commit_and_says_its_version(workflow: Path) -> None:
    uses = re.findall(r"uses: (.*)", workflow.read_text())
    assert uses
    for action in uses:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    assert yaml.safe_load(workflow.read_text())["permissions"] == {"contents": "read"}


def test_the_public_ci_installs_by_hash_lists_the_parts_and_looks_for_holes() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    assert jobs["check"]["env"]["LOCKED"]
    runs = [step.get("run") for step in jobs["parts"]["steps"]]
    assert {"make parts", "make audit"} <= set(runs)
    makefile = (ROOT / "Makefile").read_text()
    assert "cyclonedx-py requirements" in makefile
    assert "pip-audit --disable-pip --require-hashes" in makefile
    assert {"cyclonedx-bom", "pip-audit"} <= locked("audit").keys()


def stages() -> dict[str, str]:
    """The stages of the image: their text by their name; "" is the last one."""
    parts = re.split(r"^FROM ", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)[1:]
    return {(re.search(r" AS (\w+)$", part.split("\n")[0]) or ["", ""])[1]: part for part in parts}


def test_the_image_is_built_on_a_digest_and_from_hashes() -> None:
    names = stages().keys()
    for name, text in stages().items():
        base = text.split()[0]
        assert base in names or re.fullmatch(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}", base), name
    assert "requirements/install /venv/bin/python run" in stages()["packages"]


def test_the_default_image_has_no_compiler_and_runs_as_a_user_of_its_own() -> None:
    last = stages()[""].split()[0]
    assert last == "bot"
    instructions = "".join(line for line in stages()[last].splitlines() if not line.startswith("#"))
    assert "apt-get" not in instructions
    assert "USER busker" in instructions
    assert "HEALTHCHECK" in instructions
    assert re.findall(r"^USER (\w+)$", stages()["gpu"], re.MULTILINE)[-1] == "busker"


def compose() -> dict[str, Any]:
    text: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return text


def test_compose_takes_from_the_container_what_the_bot_does_not_need() -> None:
    service = compose()["services"]["busker"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"] > 0
    assert service["ulimits"]["core"] == 0
    assert [mount.split(":")[0] for mount in service["tmpfs"]] == ["/tmp"]
    assert service["volumes"] == ["busker:/data"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_compose_hands_the_token_over_as_a_file_that_is_not_committed() -> None:
    service = compose()["services"]["busker"]
    (secret,) = service["secrets"]
    assert service["environment"] == {"BUSKER_TOKEN_FILE": f"/run/secrets/{secret}"}
    file = compose()["secrets"][secret]["file"]
    assert file in (ROOT / ".gitignore").read_text().splitlines()


def test_what_is_pinned_is_moved_forward() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]
    assert {update["package-ecosystem"] for update in updates} == {"github-actions", "docker", "pip"}
