"""Tests of columns about persons: names in four languages and both scripts, and what is nested."""

# ruff: noqa: RUF001 Serbian is written in Cyrillic too

import json
from pathlib import Path

import pytest
import yaml

from cop.errors import InputFileError
from cop.ingest.personal import column as module
from cop.ingest.personal.column import (
    LANGUAGES,
    fold_letters,
    is_birth,
    is_personal,
    read_person_words,
    split_name,
)
from cop.ingest.upload.task import inspect_source
from cop.model.upload import Choices
from tests.support.job import build_job, write_job

pytestmark = pytest.mark.trust

NAMES = [f"Ana {letter}. Ruiz" for letter in "ABCDEFGHIJKLMNOPQRSTUVWX"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_all_parts_in_plain_letters(language: str) -> None:
    text = (Path(module.__file__).parent / f"{language}.yaml").read_text(encoding="utf-8")
    read = yaml.safe_load(text)
    english = yaml.safe_load((Path(module.__file__).parent / "en.yaml").read_text("utf-8"))
    assert set(read) == set(english)
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    assert body.isascii()
    assert body == body.lower()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fechaDeNacimiento", "fecha de nacimiento"), ("Vezetéknév", "vezeteknev"),
        ("ЈМБГ_лица", "jmbg lica"), ("Đorđe", "djordje"), ("DOBDate2", "dob date"),
        ("Driver's-Name", "driver name"), ("Љубав њега џеп", "ljubav njega dzep"),
    ],
)  # fmt: skip
def test_a_name_is_folded_and_split(name: str, words: str) -> None:
    assert " ".join(split_name(name)) == words
    assert fold_letters("Ćevapčići Šuma") == "Cevapcici Suma"


@pytest.mark.parametrize(
    "name",
    ["Phone", "driverName", "LastNm", "teléfono", "Fecha de nac.", "Útlevélszám", "Anyja neve",
     "Датум рођења", "Broj lične karte", "ime_vozaca", "Sofőr neve", "A-Number", "imeiprezime",
     "Name of victims", "CURP", "Rendszám", "Матични број"],
)  # fmt: skip
def test_a_column_is_personal_by_its_name(name: str) -> None:
    assert is_personal(name, NAMES)


@pytest.mark.parametrize(
    "name",
    ["name", "Station name", "nombre_rio", "Folyó neve", "Ime reke", "phone_tower_id",
     "torre celular",
     "Telefontorony", "victims", "Naziv firme", "Agency contact", "Táj neve", "area_number"],
)  # fmt: skip
def test_a_column_of_the_trade_is_not(name: str) -> None:
    assert not is_personal(name, NAMES)


@pytest.mark.parametrize(
    "name", ["drivers", "Passports seized", "Broj vozača", "Plates", "Officer"]
)
def test_counts_are_of_nobody(name: str) -> None:
    assert not is_personal(name, ["3", "0", "12"])


@pytest.mark.parametrize("cell", ["\u00b2", "\u0663", "9" * 5_000])
def test_digits_that_are_no_small_number_are_no_counts(cell: str) -> None:
    assert is_personal("drivers license", ["3", cell])


def test_a_cell_that_is_nested_too_deep_is_read_as_text() -> None:
    assert not is_personal("note", ["[" * 9_000])
    assert is_personal("note", ['{"passport_no": ' + "[" * 9_000])


def test_what_is_nested_is_looked_into() -> None:
    assert is_personal("extra", [json.dumps({"case": {"driver": {"name": "x"}}})])
    assert is_personal("extra", ['{"a": [{"teléfono": "1"'])
    assert not is_personal("extra", [json.dumps({"station": {"name": "x", "masts": 3}})])
    assert is_personal("remarks", ["Phone: see file", "DOB: unknown; Name: x"])
    assert not is_personal("remarks", ["Sector: RGV", "Time: 12:30"])


def test_dates_of_birth_are_never_the_time(tmp_path: Path) -> None:
    text = "dob,lat,lon,n\n1980-01-02,31.5,-110.5,1\n1990-01-02,31.6,-110.5,2\n"
    job = write_job(tmp_path, "a.csv", text, "csv")
    seen = inspect_source(job, None, lambda _share: None)
    assert "time" not in (seen.suggested.roles or {}).values()
    roles = {"lat": "latitude", "lon": "longitude", "dob": "time"}
    chosen = build_job(job.path, "csv", choices=Choices.model_validate({"roles": roles}))
    with pytest.raises(InputFileError, match="dates of birth"):
        inspect_source(chosen, None, lambda _share: None)
    assert is_birth("Szül. idő")
    assert not is_birth("occurred_at")


def test_a_mere_name_is_personal_beside_a_document(tmp_path: Path) -> None:
    beside = "name,passport,lat,lon\nAna,AB123456,31.5,-110.5\nBo,AB123457,31.6,-110.5\n"
    alone = "name,phone,lat,lon\nRoma,(956) 555-0100,31.5,-110.5\nMission,,31.6,-110.5\n"
    for text, kept in ((beside, ()), (alone, ("name",))):
        seen = inspect_source(write_job(tmp_path, "a.csv", text, "csv"), None, lambda _share: None)
        assert seen.suggested.columns == kept


def test_words_are_read_once() -> None:
    assert read_person_words() is read_person_words()
