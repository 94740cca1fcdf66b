"""What `scripts/swift.sh` does about modules that the package manager leaves as they were."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent

PACKAGE = """// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Layers",
  targets: [
    .target(name: "Low"), .target(name: "Middle", dependencies: ["Low"]),
    .executableTarget(name: "high", dependencies: ["Middle"]),
  ])
"""
LOW = """public struct Choice: Sendable {{
  {stored}
  public var name = "a name that does not fit in a word"
  public init() {{}}
}}
"""
MIDDLE = """import Low

public enum Source: Sendable { case chosen(Choice) }
public let chosen: @Sendable () -> Source = { .chosen(Choice()) }
public let told: @Sendable (Source) -> String = { source in
  switch source {
  case .chosen(let choice): choice.name
  }
}
"""
HIGH = """import Middle

let kept = [chosen(), chosen()]
print(kept.map(told))
"""


def written(folder: pathlib.Path, stored: str) -> None:
    """The package, with what its lowest structure stores first."""
    for name, text in {"Package.swift": PACKAGE, "Sources/Low/Low.swift": LOW.format(stored=stored),
                       "Sources/Middle/Middle.swift": MIDDLE, "Sources/high/main.swift": HIGH}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def build(folder: pathlib.Path) -> None:
    done = subprocess.run(["swift", "build", "-c", "release"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def stale(folder: pathlib.Path) -> list[str]:
    done = subprocess.run(
        [ROOT / "scripts/stale-modules.sh", folder / ".build/release"], capture_output=True, text=True)
    assert done.returncode in (0, 1) and done.stderr == "", done.stderr
    assert (done.returncode == 0) == (done.stdout != "")
    return done.stdout.split()


def test_a_module_left_behind_is_compiled_again(tmp_path):
    """A structure two modules below grows: the package manager leaves the uppermost module as it was."""
    written(tmp_path, "")
    build(tmp_path)
    assert stale(tmp_path) == []
    written(tmp_path, "public var first: [Int] = [1, 2, 3]")
    build(tmp_path)
    assert stale(tmp_path) == ["high"]
    build(tmp_path)
    assert stale(tmp_path) == []
    told = subprocess.run([tmp_path / ".build/release/high"], capture_output=True, text=True)
    assert told.stdout.count("a name that does not fit in a word") == 2, told
