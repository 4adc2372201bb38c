"""Files: what is created, written, read and told with the low-level calls."""

from conformance.catalogue import catalogue
from conformance.checks import files
from conformance.checks.judgement import Judgement
from conformance.checks.robust import reports_failed_transfer
from conformance.records.run import Run
from conformance.scenarios.baseline import BASELINE_CONVERSATION, BASELINE_ONLY
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
from conformance.suite.registry import requirement_test


@requirement_test("file.created", BASELINE_ONLY, needs_trace=True)
def test_created(run: Run, _: Run) -> Judgement:
    """There is no file, and then there is one."""
    return files.created(run)


@requirement_test("file.truncated", OLDER_FILE)
def test_truncated(run: Run, baseline: Run) -> Judgement:
    """There is an older file of 150 bytes."""
    return files.replaced(run, baseline)


@requirement_test("file.access-mode", READ_ONLY_FILE, needs_trace=True)
def test_access_mode(run: Run, _: Run) -> Judgement:
    """What is opened for reading is read, what for writing is written; and a file may be one to be read only."""
    return files.opened_for_its_use(run)


@requirement_test("file.content", BASELINE_ONLY, "write alone")
def test_content_written(run: Run, _: Run) -> Judgement:
    """The line is in the file."""
    return files.writes_content(run, catalogue().exercises[run.exercise].content)


@requirement_test("file.content", READ_FILES, "read alone")
def test_content_read(run: Run, baseline: Run) -> Judgement:
    """Files of up to 99 bytes, empty ones, with NULs, without a last line end; and one of 64 KiB."""
    return files.prints_file(run, baseline)


@requirement_test("file.content", SERVED_FILES, "file server")
def test_content_served(run: Run, _: Run) -> Judgement:
    """Files of up to 99 bytes, empty ones, with NULs, without a last line end; and one of 64 KiB."""
    return files.sends_file(run)


@requirement_test("file.content", SENT_FILES, "file client")
def test_content_stored(run: Run, _: Run) -> Judgement:
    """Files of up to 99 bytes, empty ones, with NULs, without a last line end; and one of 64 KiB."""
    return files.stores_message(run)


@requirement_test("file.partial-io", PARTIAL_READS, "file server", "read alone")
def test_partial_reads(run: Run, baseline: Run) -> Judgement:
    """Each read of the file gives few bytes, or the first one does."""
    return files.goes_on_after_part(run, baseline)


@requirement_test("file.partial-io", PARTIAL_WRITES, "file client", "write alone")
def test_partial_writes(run: Run, baseline: Run) -> Judgement:
    """Each write into the file takes few bytes, or the first one does."""
    return files.goes_on_after_part(run, baseline)


@requirement_test("file.missing-reported", MISSING_FILE)
def test_missing_reported(run: Run, baseline: Run) -> Judgement:
    """There is no such file."""
    return files.reports_missing(run, baseline)


@requirement_test("file.ends-cleanly", BASELINE_CONVERSATION)
def test_ends_cleanly(run: Run, _: Run) -> Judgement:
    """Nothing goes wrong, and the status says so."""
    return files.ends_cleanly(run)


@requirement_test("file.close-checked", FAILED_CLOSES)
def test_close_checked(run: Run, baseline: Run) -> Judgement:
    """The file's close tells that the data could not be kept."""
    return reports_failed_transfer(run, baseline)
