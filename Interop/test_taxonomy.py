"""Our table of diagnoses against the ISIC Archive's own taxonomy, as its metadata package carries it."""

import subprocess

import pytest

import program

taxonomy = pytest.importorskip("isic_metadata.diagnosis_hierarchical", reason="isic-metadata is not installed")
PATHS = [path.value for path in taxonomy.DiagnosisEnum]


@pytest.fixture(scope="module")
def codes():
    """What `datasets codes` prints: the code of each place in the taxonomy."""
    rows = [line.split("\t") for line in program.run("datasets", "codes").splitlines()]
    table = {path: code for code, path in rows}
    assert len(table) == len(rows)
    return table


def below(*places: str) -> set[str]:
    """The places and all that is below them."""
    found = {path for path in PATHS if any(path == place or path.startswith(place + ":") for place in places)}
    assert len([place for place in places if place in found]) == len(places)
    return found


def test_the_table_has_every_place_of_the_taxonomy(codes):
    """A newer release with a place that a dermatologist has not decided on fails here."""
    assert len(PATHS) == 418
    assert not set(PATHS) - set(codes), "places without a decision in Sources/Datasets/Diagnoses/isic-taxonomy.tsv"
    assert not set(codes) - set(PATHS), "places that the taxonomy no longer has"


def test_a_place_counts_the_same_as_a_path_and_by_its_name(codes):
    paths = program.run("datasets", "codes", "--", *PATHS).splitlines()
    assert paths == [f"{codes[path]}\t{path}" for path in PATHS]
    names = [path.split(":")[-1] for path in PATHS]
    assert [line.split("\t")[0] for line in program.run("datasets", "codes", "--", *names).splitlines()] == [
        codes[path] for path in PATHS]


def test_every_code_is_where_its_definition_says(codes):
    """HAM10000's classes (Tschandl and others, 2018), said once more and otherwise than in the table."""
    benign, malignant = "Benign:Benign ", "Malignant:Malignant "
    expected = {
        "nv": below(benign + "melanocytic proliferations:Nevus"),
        "mel": below(malignant + "melanocytic proliferations (Melanoma)"),
        "bcc": below(malignant + "adnexal epithelial proliferations - Follicular:Basal cell carcinoma"),
        "bkl": below(*(benign + "epidermal proliferations:" + name for name in (
            "Lichen planus like keratosis", "Pigmented benign keratosis", "Seborrheic keratosis", "Solar lentigo"))),
        "df": below(benign + "soft tissue proliferations - Fibro-histiocytic:Dermatofibroma"),
        "vasc": below(benign + "soft tissue proliferations - Vascular", "Benign:Hemorrhagic lesions"),
        "akiec": below("Indeterminate:Indeterminate epidermal proliferations:Solar or actinic keratosis",
                       malignant + "epidermal proliferations:Squamous cell carcinoma in situ"),
        "scc": below(malignant + "epidermal proliferations:Squamous cell carcinoma, Invasive",
                     malignant + "epidermal proliferations:Squamous cell carcinoma, NOS"),
    }
    for code, places in expected.items():
        assert {path for path, given in codes.items() if given == code} == places, code
    melanomas = {path.value for path in taxonomy.DiagnosisEnum if taxonomy.DiagnosisEnum.is_melanoma(path)}
    assert expected["mel"] == {path for path in melanomas if "Collision" not in path}
    open_places = {path for path, given in codes.items() if given == "-"}
    assert below("Indeterminate") - expected["akiec"] <= open_places
    assert {path for path in codes if codes[path] == "other"} == (
        set(PATHS) - open_places - set().union(*expected.values()))


def test_words_that_are_in_no_table_are_told():
    done = subprocess.run([program.BINARY, "datasets", "codes", "nevus", "purple spot"], capture_output=True, text=True)
    assert done.returncode == 65 and done.stdout == "nv\tnevus\n"
    assert done.stderr == "dermgemma: purple spot: maps to no code\n"
