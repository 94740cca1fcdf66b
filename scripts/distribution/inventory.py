"""The bill of materials of a laid out distribution (CycloneDX 1.5, JSON), and the licences of what others made."""

import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def write(folder: pathlib.Path, origins: dict[str, pathlib.Path], llama_license: pathlib.Path) -> None:
    """Writes `sbom.cdx.json` and `third-party/` from what lies in the folder.

    Raises RuntimeError for a file whose maker is not known.
    """
    documents = folder / "share/doc/dermgemma"
    licenses = documents / "third-party"
    licenses.mkdir()
    pins = dict(re.findall(r"^(\w+)=(\S+)$", (ROOT / "scripts/pins.sh").read_text("utf-8"), re.M))
    version = subprocess.run(
        [folder / "bin/dermgemma", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True, check=True).stdout
    components = {
        "llama.cpp": component(
            "llama.cpp", pins["LLAMA_CPP_PYTHON_VERSION"], "MIT",
            purl=f"pkg:pypi/llama-cpp-python@{pins['LLAMA_CPP_PYTHON_VERSION']}",
            digest=pins["LLAMA_CPP_PYTHON_SHA256"],
            description="shared libraries, built from the tree in llama-cpp-python's source archive"),
        "swift": component(
            "swift-runtime", re.search(r"Swift version (\S+)", swift)[1], "Apache-2.0 WITH Swift-exception",
            description="Swift's standard library and Foundation, part of the program"),
        "dermgemma-small": component(
            "dermgemma-small", version, "CC-BY-NC-4.0", sort="machine-learning-model",
            description="the embedded model; its card lies beside it"),
    }
    shutil.copy2(llama_license, licenses / "llama.cpp.txt")
    shutil.copy2(swift_license(), licenses / "swift.txt")
    holders: dict[str, str] = {}
    for name, path in origins.items():
        package, source = debian_package(path)
        if package["Package"] not in components:
            copyright_file = pathlib.Path("/usr/share/doc", package["Package"], "copyright")
            shutil.copy2(copyright_file, licenses / f"{package['Package']}.txt")
            purl = f"pkg:deb/debian/{package['Package']}@{package['Version']}?arch={package['Architecture']}"
            components[package["Package"]] = component(
                package["Package"], package["Version"], *names_of_licenses(copyright_file), purl=purl,
                description=f"from Debian's source package {source}")
        holders[f"lib/dermgemma/{name}"] = package["Package"]

    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        name = str(path.relative_to(folder))
        if name.startswith("lib/dermgemma/"):
            holder = holders.get(name) or ours_or_llamas(name)
        elif name.startswith("share/dermgemma/Models/"):
            holder = name.split("/")[3]
        else:
            holder = None
        entry = {"type": "file", "name": name, "hashes": [sha256(path.read_bytes())]}
        if holder is None or holder == "dermgemma":
            components[name] = entry
        else:
            components[holder].setdefault("components", []).append(entry)
    document = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"component": component("dermgemma", version, "Apache-2.0", sort="application") | {
            "bom-ref": "dermgemma"}},
        "components": list(components.values()),
    }
    # The number follows from the content, so that the same content gives the same file.
    text = json.dumps(document, sort_keys=True)
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, text)}"
    (documents / "sbom.cdx.json").write_text(json.dumps(document, indent=1) + "\n", "utf-8")


def ours_or_llamas(name: str) -> str:
    """Who made a file beside the program that is not Debian's."""
    base = name.rsplit("/", 1)[1]
    if base in ("dermgemma", "libdermgemma-compat.so"):
        return "dermgemma"
    if re.match(r"lib(llama|mtmd|ggml)", base):
        return "llama.cpp"
    raise RuntimeError(f"{name}: nobody knows where it is from")


def component(name: str, version: str, *licenses: str, sort="library", purl=None, digest=None, description=None) -> dict:
    """An entry of the bill."""
    entry = {"type": sort, "name": name, "version": version}
    if description:
        entry["description"] = description
    if digest:
        entry["hashes"] = [{"alg": "SHA-256", "content": digest}]
    if len(licenses) == 1 and re.fullmatch(r"Apache-2.0|MIT|CC-BY-NC-4.0", licenses[0]):
        entry["licenses"] = [{"license": {"id": licenses[0]}}]
    elif licenses:
        entry["licenses"] = [{"license": {"name": one}} for one in licenses]
    if purl:
        entry["purl"] = purl
    return entry


def sha256(data: bytes) -> dict:
    """A digest as an entry has it."""
    return {"alg": "SHA-256", "content": hashlib.sha256(data).hexdigest()}


def debian_package(path: pathlib.Path) -> tuple[dict[str, str], str]:
    """The installed package that a library is from, and its source package with its version."""
    real = path.resolve()
    names = [str(real), re.sub(r"^/usr", "", str(real))]
    for name in names:
        found = subprocess.run(["dpkg-query", "--search", name], capture_output=True, text=True)
        if found.returncode == 0:
            package = found.stdout.split(": ")[0].split(",")[0]
            break
    else:
        raise RuntimeError(f"{real} belongs to no Debian package")
    form = "${Package}\\t${Version}\\t${Architecture}\\t${source:Package} ${source:Version}"
    told = subprocess.run(["dpkg-query", "--show", "--showformat", form, package], capture_output=True, text=True, check=True)
    *fields, source = told.stdout.split("\t")
    return dict(zip(["Package", "Version", "Architecture"], fields)), source


def names_of_licenses(path: pathlib.Path) -> list[str]:
    """What a package's copyright file calls its licences; where it does not say it in Debian's form, its name."""
    text = path.read_text("utf-8", errors="replace")
    names = sorted(set(re.findall(r"^License:[ \t]*(\S[^\n]*)$", text, re.M)))
    return names or [f"see third-party/{path.parent.name}.txt"]


def swift_license() -> pathlib.Path:
    """The licence that lies beside the toolchain."""
    toolchain = pathlib.Path(shutil.which("swift")).resolve().parent.parent
    for path in [toolchain / "share/swift/LICENSE.txt", toolchain / "share/swift/LICENSE"]:
        if path.is_file():
            return path
    raise RuntimeError(f"Swift's licence is not in {toolchain}/share/swift")
