"""A submission: a folder with one person's programs, recognised by their names or named by `offhook.toml`."""

import os
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from msgspec import Struct

from conformance.catalogue import Exercise, catalogue
from conformance.messages import Message, also, say
from conformance.messages.suggestions import with_suggestion
from conformance.records.notes import Note, NoteKind, described_note, shown_name
from conformance.submission import roles
from conformance.submission.candidates import Candidate, candidate_of
from conformance.submission.languages import EXTENSIONS, languages_of
from conformance.submission.manifest import MANIFEST, Recipe, SubmissionError, read_manifest
from conformance.submission.not_taken import remarks
from conformance.submission.private_copy import leads_to

__all__ = ["MANIFEST", "Found", "Recipe", "Submission", "SubmissionError", "looked_for", "read_submission"]

MOST_NAMES: Final = 2_000_000
"""Names that are listed in one folder."""
MOST_FILES_LOOKED_AT: Final = 5_000
"""Of them so many are looked at that end as a source does, and so many others."""
TEXTS_LOOKED_AT: Final = 8 << 20
"""Bytes of all sources of a folder."""
SAID_OF_NOTHING: Final = 5


class Found(Struct, frozen=True):
    """Where one exercise's program was found."""

    exercise: str
    source: str | None
    """The file's name in the folder; None where the manifest tells how to run it."""
    recipe: Recipe = Recipe()
    further: tuple[str, ...] = ()
    """Further files of it, where they are named."""
    told: bool = False
    """Whether it was named on the command line."""


class Submission(Struct, frozen=True):
    """What a folder holds."""

    folder: str
    found: dict[str, Found]
    notes: tuple[Note, ...] = ()

    @property
    def name(self) -> str:
        """The folder's own name."""
        return Path(self.folder).resolve().name


def read_submission(folder: Path, chosen: Mapping[str, str] | None = None) -> Submission:
    """Look into a folder; files may be chosen for exercises. Raises `SubmissionError` where nothing can be judged."""
    if not folder.is_dir():
        key = "submission.not-a-folder" if folder.exists() else "submission.no-such-folder"
        raise SubmissionError(say(key, folder=shown_name(folder)))
    recipes = read_manifest(folder)
    files = _files(folder)
    candidates = sorted(_candidates(folder, files))
    found: dict[str, Found] = {}
    for name in catalogue().exercises:
        one = _chosen(folder, name, (chosen or {}).get(name), recipes.get(name, Recipe())) or _recognised(
            name, candidates, recipes.get(name)
        )
        if one is not None:
            found[name] = one
    taken = {file for one in found.values() for file in (one.source, *one.further) if file is not None}
    recognised = {one.file for one in candidates}
    notes = (
        *_choice_notes(candidates, found, taken),
        *remarks(folder, files, found, taken | recognised, built=any(one.build for one in recipes.values())),
    )
    if not found:
        raise SubmissionError(_nothing_found(folder, notes))
    return Submission(str(folder), found, notes)


def named_program(words: str) -> tuple[str, str]:
    """Return the exercise and the file that `EXERCISE=FILE` names; no file where only an exercise stands there."""
    exercise, _, file = words.partition("=")
    return exercise, file


def looked_for(exercise: Exercise) -> Message:
    """Say what was looked for and not found."""
    return say("verdict.no-source", names=exercise.source, extensions=tuple(languages_of(exercise)))


def _nothing_found(folder: Path, notes: tuple[Note, ...]) -> Message | str:
    names = tuple(name for exercise in catalogue().exercises.values() for name in exercise.source)
    wanted = say("submission.nothing", folder=shown_name(folder), names=names, extensions=tuple(EXTENSIONS))
    return also(wanted, *map(described_note, notes[:SAID_OF_NOTHING]))


def _files(folder: Path) -> list[str]:
    """Return the names of the plain files in a folder, and of links to such in it."""
    root, sources, others = folder.resolve(), list[str](), list[str]()
    with os.scandir(folder) as entries:
        for entry in islice(entries, MOST_NAMES):
            names = sources if os.path.splitext(entry.name)[1].lower() in EXTENSIONS else others  # noqa: PTH122 (many)
            if len(names) < MOST_FILES_LOOKED_AT and entry.is_file() and _is_inside(entry, root):
                names.append(entry.name)
    sources.sort(key=os.fsencode)
    return sorted((*_not_too_much(folder, sources), *others), key=os.fsencode)


def _not_too_much(folder: Path, sources: list[str]) -> Iterator[str]:
    """Yield sources as long as they are not too much in all: what a program does is told by searching its text."""
    left = TEXTS_LOOKED_AT
    for name in sources:
        left -= min((folder / name).stat().st_size, roles.LARGEST_SOURCE_READ)
        if left < 0:
            return
        yield name


def _is_inside(entry: os.DirEntry[str], root: Path) -> bool:
    return not entry.is_symlink() or leads_to(Path(entry.path), root) is not None


def _candidates(folder: Path, files: list[str]) -> Iterator[Candidate]:
    found = (candidate_of(file, partial(_source_text, folder / file)) for file in files)
    return (one for one in found if one is not None)


def _source_text(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(roles.LARGEST_SOURCE_READ)


def _chosen(folder: Path, exercise: str, file: str | None, recipe: Recipe) -> Found | None:
    """Return the program whose files are named: on the command line, or else in the manifest."""
    files = (file,) if file is not None else recipe.sources
    for one in files:
        if not (folder / one).is_file() or leads_to(folder / one, folder.resolve()) is None:
            complaint = say("submission.no-such-file", exercise=exercise, file=shown_name(one))
            raise SubmissionError(with_suggestion(complaint, one, _files(folder)))
    if not files:
        return None
    languages = languages_of(catalogue().exercises[exercise])
    if recipe.run is None and Path(files[0]).suffix.lower() not in languages:
        known = tuple(languages)
        raise SubmissionError(say("submission.no-language", exercise=exercise, file=shown_name(files[0]), known=known))
    return Found(exercise, files[0], recipe, files[1:], told=file is not None)


def _recognised(exercise: str, candidates: list[Candidate], recipe: Recipe | None) -> Found | None:
    source = next((one.file for one in candidates if one.exercise == exercise), None)
    if recipe is None:
        return Found(exercise, source) if source is not None else None
    if recipe.run is None and source is None:
        raise SubmissionError(say("submission.recipe-without-program", exercise=exercise, manifest=MANIFEST))
    return Found(exercise, source, recipe)


def _choice_notes(candidates: list[Candidate], found: Mapping[str, Found], taken: set[str]) -> Iterator[Note]:
    """Say which file was taken for what, where that is not plain, and which one was taken in place of another."""
    best: dict[str, Candidate] = {}
    for one in candidates:
        first = best.setdefault(one.exercise, one)
        source = found[one.exercise].source
        if one.file == source and not found[one.exercise].told and not found[one.exercise].recipe.sources:
            yield from _how_taken(one)
        elif source is not None and one.file not in taken:
            kind = "other-name" if source != first.file else _why_not(one, first)
            yield Note(
                kind=kind, file=shown_name(one.file), values=(("taken", shown_name(source)),), exercise=one.exercise
            )


def _how_taken(one: Candidate) -> Iterator[Note]:
    if one.for_windows:
        yield Note(kind="winsock", file=shown_name(one.file), exercise=one.exercise)
    if one.way:
        yield Note(kind="guessed" if one.way == 2 else "renamed", file=shown_name(one.file), exercise=one.exercise)


def _why_not(one: Candidate, first: Candidate) -> NoteKind:
    if (one.way, one.place) != (first.way, first.place):
        return "other-name"
    return "other-language" if one.language != first.language else "other-version"
