"""Made-up files with columns about persons in four languages, and files of the trade without any.

The headers are those of forms and spreadsheets; they are kept apart from the program's own lists.
"""

# ruff: noqa: RUF001 Serbian is written in Cyrillic too

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from cop.ingest.source.kml import rename_field

Draw = Callable[[random.Random], object]
ROWS = 40
LANGUAGES = ("en", "es", "hu", "sr-Latn", "sr-Cyrl")


@dataclass(frozen=True, kw_only=True)
class PersonalFile:
    """A made-up file, its format, and which of its columns are about persons."""

    path: Path
    form: str
    personal: tuple[str, ...]
    clean: tuple[str, ...]


def _pick(*words: str) -> Draw:
    return lambda draw: draw.choice(words)


def _digits(shape: str) -> Draw:
    """Draw a text of a shape: # is a digit, ? a letter."""

    def write(draw: random.Random) -> str:
        letters = {"#": "0123456789", "?": "ABCDEFGHJKLMNPRSTUVWXYZ"}
        return "".join(draw.choice(letters[c]) if c in letters else c for c in shape)

    return write


def _day(first: int, last: int, form: str = "{y}-{m:02}-{d:02}") -> Draw:
    return lambda draw: form.format(
        y=draw.randint(first, last), m=draw.randint(1, 12), d=draw.randint(1, 28)
    )


def _whole(least: int, most: int) -> Draw:
    return lambda draw: str(draw.randint(least, most))


def _jmbg(draw: random.Random) -> str:
    digits = (
        f"{draw.randint(1, 28):02}{draw.randint(1, 12):02}9{draw.randint(50, 99)}"
        f"{draw.choice((71, 80, 85))}{draw.randint(0, 999):03}"
    )
    weights = (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11
    return _jmbg(draw) if rest == 1 else f"{digits}{0 if rest == 0 else 11 - rest}"


FIRST = {
    "en": _pick("Robert", "Linda", "James", "Patricia", "Michael"),
    "es": _pick("José", "María", "Luis", "Guadalupe", "Ramón"),
    "hu": _pick("Gábor", "Zsófia", "István", "Erzsébet", "László"),
    "sr-Latn": _pick("Đorđe", "Milica", "Živko", "Snežana", "Nenad"),
    "sr-Cyrl": _pick("Ђорђе", "Милица", "Живко", "Снежана", "Ненад"),
}
LAST = {
    "en": _pick("Walker", "Hughes", "Bennett", "Coleman"),
    "es": _pick("Hernández", "Ibarra", "Peña", "Quiroga"),
    "hu": _pick("Szűcs", "Kovács", "Németh", "Őri"),
    "sr-Latn": _pick("Jovanović", "Šarić", "Đukić", "Nikčević"),
    "sr-Cyrl": _pick("Јовановић", "Шарић", "Ђукић", "Никчевић"),
}
BORN = _day(1950, 2008)
PHONE = {
    "en": _digits("(956) 555-0###"), "es": _digits("+52 656 55# ####"),
    "hu": _digits("06 30 ### ####"), "sr-Latn": _digits("064/###-####"),
    "sr-Cyrl": _digits("+381 63 ######"),
}  # fmt: skip
MAIL = _digits("p###.??@example.org")
PAPER = _digits("??######")


def _both(language: str) -> Draw:
    return lambda draw: f"{FIRST[language](draw)} {LAST[language](draw)}"


def _personal(language: str) -> dict[str, Draw]:
    """Return headers about persons with their cells."""
    first, last, whole, phone = FIRST[language], LAST[language], _both(language), PHONE[language]
    tables: dict[str, list[tuple[str, Draw]]] = {
        "en": [
            ("FirstNm", first),
            ("Last_Nm", last),
            ("Subject Full Name", whole),
            ("SURNAME", last),
            ("Given Names", first),
            ("DOB (mm/dd/yyyy)", BORN),
            ("Birth Dt", BORN),
            ("YearOfBirth", _whole(1950, 2008)),
            ("Cell #", phone),
            ("Phone No. 2", phone),
            ("contactTelephone", phone),
            ("E-mail Addr", MAIL),
            ("Passport #", PAPER),
            ("PPT_NO passport", PAPER),
            ("Alien Number", _digits("A#########")),
            ("A-File", _digits("A#########")),
            ("file ref", _digits("A ### ### ###")),
            ("Soc Sec No", _digits("###-##-####")),
            ("Drivers Lic", _digits("D#######")),
            ("License Plate", _digits("???-####")),
            ("Veh. Plate Nbr", _digits("???-####")),
            ("Driver's Name", whole),
            ("Next-of-kin", whole),
            ("Emergency contact person", whole),
            ("Home Addr", _digits("### Main St")),
            ("Citizenship", _pick("MEX", "GTM", "HND")),
            ("victim_name", whole),
            ("Arresting officer", whole),
            ("Detainee", whole),
            ("remark", lambda draw: f"called back at {phone(draw)}, waits"),
        ],
        "es": [
            ("Nombre(s) y Apellidos", whole),
            ("ApellidoPaterno", last),
            ("Ap. Materno apellido", last),
            ("Primer Nombre", first),
            ("Fecha de Nac.", BORN),
            ("FECHA_NACIMIENTO", BORN),
            ("Año de nacimiento", _whole(1950, 2008)),
            ("Lugar de Nacimiento", _pick("Puebla", "Tepic")),
            ("Núm. de teléfono", phone),
            ("Tel. Celular", phone),
            ("Correo electrónico", MAIL),
            ("No. de Pasaporte", PAPER),
            ("Clave CURP", _digits("????######H?????##")),
            ("Matrícula del vehículo", _digits("???-##-##")),
            ("No. Placas", _digits("???-##-##")),
            ("Licencia de manejo", _digits("########")),
            ("Domicilio particular", _digits("Calle ##")),
            ("Nacionalidad", _pick("hondureña", "guatemalteca")),
            ("Nombre del conductor", whole),
            ("nombreVictima", whole),
            ("Sospechoso", whole),
            ("Persona detenida", whole),
            ("Núm. documento de identidad", PAPER),
            ("Alias o apodo", _pick("El Güero", "La Flaca")),
            ("Edad del migrante", _whole(15, 60)),
            ("Huellas dactilares", _digits("H#####")),
            ("observación", lambda draw: f"avisar al {phone(draw)}"),
        ],
        "hu": [
            ("Vezetéknév", last),
            ("Keresztneve", first),
            ("Családi és utónév", whole),
            ("Születési idő", BORN),
            ("Szül. dátum", BORN),
            ("szuletesi_hely", _pick("Pécs", "Baja")),
            ("Születési év", _whole(1950, 2008)),
            ("Anyja neve", whole),
            ("Telefonszám", phone),
            ("MobilTelefon", phone),
            ("E-mail cím", MAIL),
            ("Útlevél száma", PAPER),
            ("útlevélszám", PAPER),
            ("Személyi ig. szám személyi igazolvány", PAPER),
            ("Személyazonosító jel", _digits("1-######-####")),
            ("Jogosítvány száma", PAPER),
            ("TAJ-szám", _digits("### ### ###")),
            ("Adóazonosító jel", _digits("8#########")),
            ("Rendszám", _digits("???-###")),
            ("Lakcíme", _digits("Fő utca ##.")),
            ("Állampolgárság", _pick("szír", "afgán")),
            ("Gyanúsított neve", whole),
            ("Sofőr neve", whole),
            ("Sértett", whole),
            ("Kapcsolattartó személy neve", whole),
            ("megjegyzés", lambda draw: f"hívható: {phone(draw)}"),
        ],
        "sr-Latn": [
            ("Ime i prezime", whole),
            ("Prezime", last),
            ("ImeRoditelja", first),
            ("Lično ime", first),
            ("Datum rođenja", BORN),
            ("datum_rodjenja", BORN),
            ("Godina rođenja", _whole(1950, 2008)),
            ("Mesto rođenja", _pick("Niš", "Čačak")),
            ("JMBG", _jmbg),
            ("maticni broj", _jmbg),
            ("oznaka", _jmbg),
            ("Broj telefona", phone),
            ("Mob. tel.", phone),
            ("Imejl adresa / e-mail", MAIL),
            ("Broj pasoša", PAPER),
            ("br. lične karte", _digits("#########")),
            ("Vozačka dozvola br.", _digits("#########")),
            ("Registarski broj / tablice", _digits("NS-###-??")),
            ("Adresa stanovanja", _digits("Zmajeva ##")),
            ("Državljanstvo", _pick("SYR", "AFG")),
            ("Ime vozača", whole),
            ("Osumnjičeni", whole),
            ("Svedok", whole),
            ("Kontakt osoba", whole),
            ("Nadimak", _pick("Žuti", "Brka")),
            ("beleška", lambda draw: f"javiti na {phone(draw)}"),
        ],
    }
    tables["sr-Cyrl"] = [
        ("Име и презиме", whole),
        ("Презиме", last),
        ("Име оца", first),
        ("Лично име", first),
        ("Датум рођења", BORN),
        ("Година рођења", _whole(1950, 2008)),
        ("Место рођења", _pick("Ниш")),
        ("ЈМБГ", _jmbg),
        ("Матични број", _jmbg),
        ("Број телефона", phone),
        ("Мобилни телефон", phone),
        ("Електронска пошта", MAIL),
        ("Број пасоша", PAPER),
        ("Број личне карте", _digits("#########")),
        ("Возачка дозвола", _digits("#########")),
        ("Регистарска ознака", _digits("NS-###-??")),
        ("Адреса становања", _digits("Змајева ##")),
        ("Пребивалиште", _pick("Сомбор")),
        ("Држављанство", _pick("SYR", "AFG")),
        ("Име возача", whole),
        ("Осумњичени", whole),
        ("Сведок", whole),
        ("Надимак", _pick("Жути", "Брка")),
        ("белешка", lambda draw: f"јавити на {phone(draw)}"),
    ]
    return dict(tables[language])


def _clean(language: str) -> dict[str, Draw]:
    """Return headers of the trade with their cells."""
    count, code = _whole(0, 60), _digits("??-###")
    seen = _day(2024, 2026)
    tables: dict[str, list[tuple[str, Draw]]] = {
        "en": [
            ("Station Name", _pick("Falfurrias", "Sarita")),
            ("Name of River", _pick("Rio Grande")),
            ("Sector name", _pick("Del Rio", "Tucson")),
            ("Place name", _pick("San Elizario", "Anapra")),
            ("phone_tower_id", code),
            ("Cell tower height", _whole(20, 90)),
            ("Count of persons", count),
            ("NumberOfVictims", count),
            ("Number of Females", count),
            ("Minors", count),
            ("Agency contact", _pick("Duty desk", "Watch floor")),
            ("County", _pick("Starr", "Pima")),
            ("Event date", seen),
            ("Date reported", seen),
            ("Asset number", code),
            ("Vehicles seized", count),
            ("Passports seized", count),
            ("Plates read", count),
            ("Drug weight kg", _whole(1, 90)),
            ("Camera make", _pick("FLIR", "Axis")),
            ("Bridge owner", _pick("TxDOT", "City")),
            ("Mobile unit", _pick("M-1", "M-2", "M-3")),
            ("Radio channel", _whole(1, 16)),
            ("Port of entry", _pick("Roma", "Progreso")),
            ("Patrol hours", _whole(1, 12)),
            ("Remarks", _pick("clear", "high water", "2 rafts")),
            ("Gauge height ft", _whole(1, 20)),
            ("Road name", _pick("FM 1017", "US 281")),
            ("Age of report (h)", _whole(1, 40)),
            ("MGRS", _digits("14R NQ #### ####")),
            ("status", _pick("up", "down")),
            ("Source", _pick("partner", "open")),
        ],
        "es": [
            ("Nombre de la estación", _pick("La Joya", "Camargo")),
            ("Nombre del río", _pick("Bravo")),
            ("Nombre del sector", _pick("Laredo", "Yuma")),
            ("Municipio", _pick("Reynosa", "Nogales")),
            ("Id torre de telefonía", code),
            ("Torre celular", code),
            ("Cantidad de personas", count),
            ("Número de víctimas", count),
            ("Total de migrantes", count),
            ("Menores", count),
            ("Fecha del evento", seen),
            ("Fecha de reporte", seen),
            ("Clave de zona", code),
            ("Vehículos asegurados", count),
            ("Pasaportes asegurados", count),
            ("Nivel del río", count),
            ("Dependencia", _pick("INM", "SEDENA")),
            ("Puente", _pick("Libertad", "Juárez")),
            ("Tipo de evento", _pick("cruce", "rescate")),
            ("Carretera", _pick("MEX-2", "MEX-85")),
            ("Observaciones", _pick("sin novedad", "agua alta")),
            ("Estado", _pick("Sonora", "Coahuila")),
            ("Fuente", _pick("abierta", "socio")),
            ("Kilómetro", _whole(1, 300)),
        ],
        "hu": [
            ("Állomás neve", _pick("Röszke", "Tompa")),
            ("Folyó neve", _pick("Tisza", "Duna")),
            ("Szektor megnevezése", _pick("Dél", "Kelet")),
            ("Település", _pick("Ásotthalom", "Mórahalom")),
            ("Telefontorony azonosító", code),
            ("Torony magassága", _whole(20, 90)),
            ("Személyek száma", count),
            ("Áldozatok száma", count),
            ("Migránsok száma", count),
            ("Esemény dátuma", seen),
            ("Bejelentés ideje", seen),
            ("Szakasz kódja", code),
            ("Lefoglalt járművek", count),
            ("Vízállás cm", _whole(10, 400)),
            ("Szerv", _pick("ORFK", "BRFK")),
            ("Határátkelő", _pick("Röszke", "Kelebia")),
            ("Esemény típusa", _pick("átlépés", "mentés")),
            ("Út száma", _pick("55", "5")),
            ("Megjegyzés", _pick("nyugodt", "köd")),
            ("Megye", _pick("Csongrád", "Bács")),
            ("Forrás", _pick("nyílt", "partner")),
            ("Kamera típusa", _pick("hő", "nappali")),
            ("Kerítés hossza", _whole(1, 90)),
            ("Járőr óraszám", _whole(1, 12)),
        ],
        "sr-Latn": [
            ("Naziv stanice", _pick("Horgoš", "Kelebija")),
            ("Ime reke", _pick("Tisa", "Dunav")),
            ("Naziv sektora", _pick("Sever", "Jug")),
            ("Naselje", _pick("Palić", "Bački Vinogradi")),
            ("ID baznog tornja", code),
            ("Telefonski toranj", code),
            ("Broj lica", count),
            ("Broj žrtava", count),
            ("Broj migranata", count),
            ("Datum događaja", seen),
            ("Vreme prijave", seen),
            ("Oznaka deonice", code),
            ("Oduzeta vozila", count),
            ("Vodostaj", _whole(10, 400)),
            ("Organ", _pick("MUP", "UC")),
            ("Granični prelaz", _pick("Horgoš", "Bajmok")),
            ("Vrsta događaja", _pick("prelaz", "spasavanje")),
            ("Broj puta", _pick("E75", "24")),
            ("Napomena", _pick("mirno", "magla")),
            ("Okrug", _pick("Severnobački", "Zapadnobački")),
            ("Izvor", _pick("otvoren", "partner")),
            ("Naziv firme", _pick("Telekom", "Putevi")),
            ("Vrsta kamere", _pick("termalna", "dnevna")),
        ],
        "sr-Cyrl": [
            ("Назив станице", _pick("Хоргош", "Келебија")),
            ("Име реке", _pick("Тиса", "Дунав")),
            ("Назив сектора", _pick("Север", "Југ")),
            ("Насеље", _pick("Палић", "Бајмок")),
            ("Број телефонског торња", code),
            ("Број лица", count),
            ("Број жртава", count),
            ("Датум догађаја", seen),
            ("Време пријаве", seen),
            ("Ознака деонице", code),
            ("Водостај", _whole(10, 400)),
            ("Орган", _pick("МУП", "УЦ")),
            ("Гранични прелаз", _pick("Хоргош", "Бајмок")),
            ("Врста догађаја", _pick("прелаз", "спасавање")),
            ("Напомена", _pick("мирно", "магла")),
            ("Округ", _pick("Севернобачки")),
            ("Извор", _pick("отворен", "партнер")),
        ],
    }
    return dict(tables[language])


def make_file(folder: Path, seed: int, *, with_persons: bool) -> PersonalFile:
    """Write one made-up file of a seed: its language, format, headers and cells are drawn."""
    draw = random.Random(seed)  # noqa: S311 made-up data
    language = LANGUAGES[seed % len(LANGUAGES)]
    form = ("csv", "geojson", "kml", "geoparquet", "geojson")[seed // len(LANGUAGES) % 5]
    clean = _sample(draw, _clean(language), 8)
    personal = _sample(draw, _personal(language), 6) if with_persons else {}
    headers = [*clean, *personal]
    draw.shuffle(headers)
    makers = clean | personal
    rows = [{name: makers[name](draw) for name in headers} for _ in range(ROWS)]
    nested = with_persons and form in ("geojson", "geoparquet") and seed % 2 == 1
    if nested:
        inner = list(personal)[:3]
        for row in rows:
            row["details"] = {"case": {name: row.pop(name) for name in inner}}
        left = [name for name in personal if name not in inner]
        personal_names = (*left, "details")
    else:
        personal_names = tuple(personal)
    points = [(draw.uniform(-106, -97), draw.uniform(26, 32)) for _ in rows]
    path = _WRITERS[form](folder / f"file-{seed}", rows, points)
    personal_names, names = (
        tuple(rename_field(name) if form == "kml" else name for name in one)
        for one in (personal_names, clean)
    )
    return PersonalFile(path=path, form=form, personal=personal_names, clean=names)


def _sample(draw: random.Random, makers: Mapping[str, Draw], n: int) -> dict[str, Draw]:
    return {name: makers[name] for name in draw.sample(sorted(makers), n)}


Rows = list[dict[str, object]]
Points = list[tuple[float, float]]


def _write_csv(stem: Path, rows: Rows, points: Points) -> Path:
    lines = [";".join([*rows[0], "lat", "lon"])]
    lines += [
        ";".join([*map(str, row.values()), f"{y:.5f}", f"{x:.5f}"])
        for row, (x, y) in zip(rows, points, strict=True)
    ]
    path = stem.with_suffix(".csv")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _write_geojson(stem: Path, rows: Rows, points: Points) -> Path:
    features = [
        {"type": "Feature", "properties": row, "geometry": {"type": "Point", "coordinates": place}}
        for row, place in zip(rows, points, strict=True)
    ]
    path = stem.with_suffix(".geojson")
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def _write_kml(stem: Path, rows: Rows, points: Points) -> Path:
    marks = "".join(
        "<Placemark><ExtendedData>"
        + "".join(
            f"<Data name={quoteattr(name)}><value>{escape(str(cell))}</value></Data>"
            for name, cell in row.items()
        )
        + f"</ExtendedData><Point><coordinates>{x},{y}</coordinates></Point></Placemark>"
        for row, (x, y) in zip(rows, points, strict=True)
    )
    path = stem.with_suffix(".kml")
    path.write_text(
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>', "utf-8"
    )
    return path


def _write_parquet(stem: Path, rows: Rows, points: Points) -> Path:
    table = pa.Table.from_pylist(rows)
    shapes = pa.array([shapely.to_wkb(shapely.Point(place)) for place in points])
    about = {
        "version": "1.0.0", "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},
    }  # fmt: skip
    table = table.append_column("geometry", shapes)
    path = stem.with_suffix(".parquet")
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(about)}), path)
    return path


_WRITERS = {
    "csv": _write_csv,
    "geojson": _write_geojson,
    "kml": _write_kml,
    "geoparquet": _write_parquet,
}
