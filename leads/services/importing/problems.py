"""The rows of a file that had something wrong, as a file to correct and send again."""

from collections.abc import Iterator

from leads.models import LeadImportJob
from leads.rules.importing.mapping import fitting
from leads.rules.importing.rows import PROBLEM_COLUMNS, SENTENCES, RowProblem, read_row
from leads.services.importing.files import ImportFileGone, open_file
from leads.services.senders import own_sender_entries
from zrg.lib.addresses import OwnSenders
from zrg.lib.csv_files import BOM, CsvRecord, csv_line


def problem_lines(job: LeadImportJob) -> Iterator[str]:
    """CSV text line by line: every problem of the rows done so far, with the row's own cells.

    What a row says depends on the file alone, so it is read again instead of being stored twice. When
    the file is gone, the first hundred problems are left. Reads the database only before the first line.
    """
    own = OwnSenders.of(own_sender_entries(job.workspace_id))
    return _from_file(job, own) if job.file else _from_log(job)


def _from_file(job: LeadImportJob, own: OwnSenders) -> Iterator[str]:
    try:
        with open_file(job) as opened:
            columns = opened.header.columns
            mapping = fitting(job.mapping, columns)
            yield BOM + csv_line([*PROBLEM_COLUMNS, *columns])
            for number, record in enumerate(opened.records):
                if number >= job.processed_rows:
                    return
                row = read_row(number, record, columns, mapping, own)
                for problem in row.problems:
                    yield _line(record, problem, imported=row.is_valid)
    except ImportFileGone:
        yield from _from_log(job)


def _line(record: CsvRecord, problem: RowProblem, *, imported: bool) -> str:
    return csv_line(
        [record.line, problem.field, problem.code, problem.sentence, "yes" if imported else "no", *record.cells]
    )


def _from_log(job: LeadImportJob) -> Iterator[str]:
    yield BOM + csv_line(PROBLEM_COLUMNS[:4])
    for entry in job.error_log:
        yield csv_line([entry["row"], entry["field"], entry["code"], SENTENCES.get(entry["code"], "")])
