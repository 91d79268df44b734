"""TAK data packages: what a TAK server would be sent as a file, and reports from such a file."""

import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from cop.errors import InputFileError, TakError
from cop.exchange.tak.message import CotMessage, render_message
from cop.exchange.tak.report import MOST_BYTES, CotReport, parse_event, read_report
from cop.ingest.source.base.archive import UploadArchive, open_archive
from cop.settings import UploadSettings
from cop.store.catalogue.writer import place_file

MANIFEST: Final = "MANIFEST/manifest.xml"
SUFFIX: Final = ".zip"
_MOST_MANIFEST: Final = 5_000_000
_EVENTS: Final = (".cot", ".xml")


def write_data_package(
    target: Path, messages: Mapping[str, CotMessage], *, name: str, at: datetime
) -> None:
    """Write a data package of messages, in place of what is at ``target``."""
    listed = [messages[uid] for uid in sorted(messages)]

    def write(draft: Path) -> None:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(MANIFEST, _build_manifest(listed, name))
            for message in listed:
                packed.writestr(_entry(message.uid), render_message(message, at=at))

    place_file(target, write)


def read_data_package(path: Path, settings: UploadSettings) -> tuple[CotReport, ...]:
    """Read the reports of a data package; TakError names the file and what is wrong with it.

    Names that lead elsewhere, links, nested archives, bombs, document types and entities are
    refused, and with them the whole package.
    """
    try:
        with open_archive(path, file=path.name, settings=settings) as archive:
            _check_manifest(path, archive)
            found = [
                report
                for member in archive.members
                if member.lower().endswith(_EVENTS) and member.upper() != MANIFEST.upper()
                for report in _read_member(path, archive, member)
            ]
    except InputFileError as fault:
        raise TakError(f"{fault}; nothing was taken") from fault
    if not found:
        raise TakError(f"{path.name}: no Cursor-on-Target message with a position in it")
    return tuple(found)


def _build_manifest(messages: list[CotMessage], name: str) -> bytes:
    root = ET.Element("MissionPackageManifest", version="2")
    configuration = ET.SubElement(root, "Configuration")
    for key, value in (("uid", name), ("name", name), ("onReceiveDelete", "false")):
        ET.SubElement(configuration, "Parameter", name=key, value=value)
    contents = ET.SubElement(root, "Contents")
    for message in messages:
        content = ET.SubElement(contents, "Content", ignore="false", zipEntry=_entry(message.uid))
        ET.SubElement(content, "Parameter", name="uid", value=message.uid)
    stated: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return stated


def _entry(uid: str) -> str:
    return f"{uid}/{uid}.cot"


def _check_manifest(path: Path, archive: UploadArchive) -> None:
    named = [name for name in archive.members if name.upper() == MANIFEST.upper()]
    if not named:
        raise TakError(f"{path.name}: not a TAK data package: it has no {MANIFEST}")
    manifest = _read_bytes(path, archive, named[0], most=_MOST_MANIFEST)
    if parse_event(manifest, tag="MissionPackageManifest") is None:
        raise TakError(f"{path.name}: {named[0]} is not the manifest of a data package")


def _read_member(path: Path, archive: UploadArchive, name: str) -> list[CotReport]:
    content = _read_bytes(path, archive, name, most=MOST_BYTES)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise TakError(
            f"{path.name}: {name[:80]!r} declares a document type or entities, which are refused; "
            "nothing was taken"
        )
    event = parse_event(content)
    report = None if event is None else read_report(event)
    return [] if report is None else [report]


def _read_bytes(path: Path, archive: UploadArchive, name: str, *, most: int) -> bytes:
    content = bytearray()
    with archive.open(name) as member:
        while chunk := member.read():
            content += chunk
            if len(content) > most:
                raise TakError(
                    f"{path.name}: {name[:80]!r} is larger than {most:,} bytes; nothing was taken"
                )
    return bytes(content)
