"""Lists of the services as a table, as JSON of every row, or as the file a service writes itself."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

from cli.client import Client
from cli.errors import CliError
from cli.output import Format, emit, form_of, vn_moment

_CHUNK = 1 << 16
Asked = Mapping[str, Any]
"""Filters of a list; those that are None are left out."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How a list is wanted: `limit` rows as a table, all of them otherwise."""

    limit: int
    form: Format
    output: Path | None


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a list is, and the columns of its table; those in `moments` are shown in Việt Nam's time."""

    path: str
    columns: Sequence[str]
    moments: frozenset[str]


def show_list(services: Client, listing: Listing, asked: Asked, shown: Shown, *, title: str = "") -> None:
    """Write a keyset-paged list as it is wanted; raises `CliError` with what the service said."""
    form = form_of(shown.form, shown.output)
    if form is Format.JSON:
        write_json(services, listing.path, asked, shown.output)
        return
    if form is not Format.TABLE:
        download(services, listing.path, asked, form, shown.output)
        return
    page = services.get(listing.path, limit=shown.limit, **asked)
    rows = [tuple(_cell(listing, name, item[name]) for name in listing.columns) for item in page["items"]]
    emit(listing.columns, rows, output=shown.output, title=title)
    if page["cursor"]:
        tell_there_is_more(shown.limit)


def tell_there_is_more(limit: int) -> None:
    """Say that a table holds only the first rows."""
    sys.stderr.write(f"Mới hiện {limit} dòng đầu: --limit cho thêm dòng, --format csv cho tất cả.\n")


def _cell(listing: Listing, name: str, value: Any) -> Any:
    if name in listing.moments and value:
        return vn_moment(value)
    return value


def write_json(services: Client, path: str, asked: Asked, output: Path | None) -> None:
    """Write every row as one JSON list, page by page: memory stays flat."""
    items = services.pages(path, limit=1000, **asked)
    first = list(islice(items, 1))  # what is refused is refused before anything is written
    with target_of(output) as target:
        target.write("[")
        for number, item in enumerate(chain(first, items)):
            target.write((",\n " if number else "\n ") + json.dumps(item, ensure_ascii=False))
        target.write("\n]\n")


def download(services: Client, path: str, asked: Asked, form: Format, output: Path | None) -> None:
    """Let the service write the file, and pass it on as it comes."""
    if form is Format.XLSX and output is None:
        raise CliError("XLSX is a file: say where with -o FILE.xlsx.")
    given = {name: value for name, value in asked.items() if value is not None}
    given |= {"format": form.value, "bom": output is not None}
    with services.stream(path, given) as response:
        if output is None:
            for text in response.iter_text():
                sys.stdout.write(text)
            return
        save(response.iter_bytes(_CHUNK), output)


def save(content: Iterable[bytes], output: Path) -> None:
    """Write a file that is whole or not there; raises `CliError` where it cannot be written."""
    half = output.with_name(f"{output.name}.half")
    try:
        with half.open("wb") as file:
            file.writelines(content)
        half.replace(output)
    except OSError as error:
        raise CliError(f"{output} cannot be written ({error.strerror}).") from error
    finally:
        half.unlink(missing_ok=True)


def write_answer(answer: Any, output: Path | None) -> None:
    """Write a service's answer as it came; raises `CliError` where it cannot be written."""
    write_text(json.dumps(answer, ensure_ascii=False, indent=1), output)


def write_text(text: str, output: Path | None) -> None:
    """Write words for people, or whatever is text."""
    with target_of(output) as target:
        target.write(text + "\n")


@contextmanager
def target_of(output: Path | None) -> Iterator[TextIO]:
    """Give the file to write text into, or standard output; raises `CliError` where it cannot be written."""
    if output is None:
        yield sys.stdout
        return
    try:
        with output.open("w", encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise CliError(f"{output} cannot be written ({error.strerror}).") from error
