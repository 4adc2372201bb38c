"""Files: what is created, written, read and told with the low-level calls."""

from conformance.catalogue import catalogue
from conformance.checks import files
from conformance.checks.robust import reports_failed_transfer
from conformance.judgement import Judgement
from conformance.scenarios.files import (
    FAILED_CLOSES,
    MISSING_FILE,
    OLDER_FILE,
    PARTIAL_READS,
    PARTIAL_WRITES,
    READ_FILES,
    READ_ONLY_FILE,
    SENT_FILES,
    SERVED_FILES,
)
from conformance.scenarios.undisturbed import UNDISTURBED_ONLY
from conformance.stage.script import Run
from conformance.suite.proving import proves


@proves("file.created", UNDISTURBED_ONLY)
def test_created(run: Run) -> Judgement:
    """There is no file, and then there is one."""
    return files.created(run)


@proves("file.truncated", OLDER_FILE)
def test_truncated(run: Run, undisturbed: Run) -> Judgement:
    """There is an older file of 150 bytes."""
    return files.replaced(run, undisturbed)


@proves("file.access-mode", READ_ONLY_FILE)
def test_access_mode(run: Run) -> Judgement:
    """What is opened for reading is read, what for writing is written; and a file may be one to be read only."""
    return files.opened_for_its_use(run)


@proves("file.content", UNDISTURBED_ONLY, "low_open")
def test_content_written(run: Run) -> Judgement:
    """The line is in the file."""
    return files.writes_content(run, catalogue().exercises["low_open"].content)


@proves("file.content", READ_FILES, "low_read")
def test_content_read(run: Run, undisturbed: Run) -> Judgement:
    """Files of up to 99 bytes, empty ones, with NULs, without a last line end; and one of 64 KiB."""
    return files.prints_file(run, undisturbed)


@proves("file.content", SERVED_FILES, "file_server")
def test_content_served(run: Run) -> Judgement:
    """Files of up to 99 bytes, empty ones, with NULs, without a last line end; and one of 64 KiB."""
    return files.sends_file(run)


@proves("file.content", SENT_FILES, "file_client")
def test_content_stored(run: Run) -> Judgement:
    """Files of up to 99 bytes, empty ones, with NULs, without a last line end; and one of 64 KiB."""
    return files.stores_message(run)


@proves("file.partial-io", PARTIAL_READS, "low_read", "file_server")
def test_partial_reads(run: Run, undisturbed: Run) -> Judgement:
    """Each read of the file gives few bytes, or the first one does."""
    return files.goes_on_after_part(run, undisturbed)


@proves("file.partial-io", PARTIAL_WRITES, "low_open", "file_client")
def test_partial_writes(run: Run, undisturbed: Run) -> Judgement:
    """Each write into the file takes few bytes, or the first one does."""
    return files.goes_on_after_part(run, undisturbed)


@proves("file.missing-reported", MISSING_FILE)
def test_missing_reported(run: Run, undisturbed: Run) -> Judgement:
    """There is no such file."""
    return files.reports_missing(run, undisturbed)


@proves("file.close-checked", FAILED_CLOSES)
def test_close_checked(run: Run, undisturbed: Run) -> Judgement:
    """The file's close tells that the data could not be kept."""
    return reports_failed_transfer(run, undisturbed)
