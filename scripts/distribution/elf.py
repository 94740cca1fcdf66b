"""What a distribution has to know of ELF files, by binutils and ld.so."""

import pathlib
import re
import struct
import subprocess

OF_THE_HOST = re.compile(
    r"^(ld-linux.*|lib(c|m|dl|rt|pthread|resolv|util|nsl|anl|mvec|nss_.*|stdc\+\+|gcc_s))\.so"
)
"""glibc, libstdc++ and libgcc, which every Debian and Ubuntu has; their own parts must fit each other."""


def is_elf(path: pathlib.Path) -> bool:
    """Whether a file is a program or a library."""
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def closure(path: pathlib.Path) -> dict[str, pathlib.Path]:
    """The libraries that a file needs, directly or not, by name, without those of the host.

    Raises RuntimeError when one is not found.
    """
    told = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
    found = {}
    for line in told.splitlines():
        words = line.split()
        if "=>" not in words or OF_THE_HOST.match(words[0]):
            continue
        if words[2] == "not":
            raise RuntimeError(f"{path} needs {words[0]}, which is not found")
        found[words[0]] = pathlib.Path(words[2])
    return found


def needed_versions(path: pathlib.Path) -> dict[str, set[str]]:
    """The versions of symbols that a file needs for certain, by the library that has to have them."""
    told = subprocess.run(["readelf", "--version-info", "--wide", path], capture_output=True, text=True, check=True)
    needed: dict[str, set[str]] = {}
    library = ""
    for line in told.stdout.splitlines():
        if match := re.search(r"File: (\S+)", line):
            library = match[1]
        elif (match := re.search(r"Name: (\S+)\s+Flags: (.*?)\s+Version:", line)) and "WEAK" not in match[2]:
            needed.setdefault(library, set()).add(match[1])
    return needed


def newest(versions: set[str], prefix: str) -> tuple[int, ...]:
    """The newest version of a family such as `GLIBC_`, as numbers."""
    numbers = [re.fullmatch(re.escape(prefix) + r"([0-9.]+)", version) for version in versions]
    return max((tuple(map(int, match[1].split("."))) for match in numbers if match), default=())


def loosen(path: pathlib.Path, version: str) -> list[str]:
    """Lets a library do without a version of symbols, so that any library's definition of them will do.

    The version goes from the list of what is needed, and the symbols that asked for it ask for none. That it may be missing
    (VER_FLG_WEAK) would do for ld.so, but not for who judges a wheel's tag by that list.

    Returns their names.
    """
    data = bytearray(path.read_bytes())
    if data[4:6] != b"\x02\x01":
        raise RuntimeError(f"{path} is no 64-bit little-endian ELF file")
    start, = struct.unpack_from("<Q", data, 0x28)
    size, count = struct.unpack_from("<HH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, start + index * size) for index in range(count)]

    def text(table: int, place: int) -> str:
        at = sections[table][4] + place
        return data[at:data.index(0, at)].decode()

    numbers = set()
    for section in (section for section in sections if section[1] == 0x6FFFFFFE):  # SHT_GNU_verneed
        entry = section[4]
        while True:
            _, auxiliaries, _, first, following = struct.unpack_from("<HHIII", data, entry)
            places = []
            place = entry + first
            for _ in range(auxiliaries):
                _, _, number, name, step = struct.unpack_from("<IHHII", data, place)
                if text(section[6], name) == version:
                    numbers.add(number)
                else:
                    places.append(place)
                place += step
            if not places:
                raise RuntimeError(f"{path} needs nothing but {version} of a library; nothing would be left of that entry")
            struct.pack_into("<H", data, entry + 2, len(places))
            struct.pack_into("<I", data, entry + 8, places[0] - entry)
            for place, next_place in zip(places, [*places[1:], None]):
                struct.pack_into("<I", data, place + 12, 0 if next_place is None else next_place - place)
            if following == 0:
                break
            entry += following
    names = []
    for section in (section for section in sections if section[1] == 0x6FFFFFFF):  # SHT_GNU_versym
        symbols = sections[section[6]]
        for index in range(section[5] // 2):
            place = section[4] + index * 2
            if struct.unpack_from("<H", data, place)[0] & 0x7FFF in numbers:
                struct.pack_into("<H", data, place, 1)
                names.append(text(symbols[6], struct.unpack_from("<I", data, symbols[4] + index * 24)[0]))
    if names:
        path.write_bytes(data)
    return names
