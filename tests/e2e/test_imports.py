"""A file of leads in the browser: uploaded, looked at, imported, the rows with problems taken back."""

import csv
import io

import pytest
from playwright.sync_api import expect

from tests.e2e.product import OWNER

pytestmark = pytest.mark.e2e

WORK_MS = 60_000
FILE = (
    "Full name;E-Mail;Mobile;Company;Shoe size\r\n"
    "Dana Reyes;dana@imports.example;+1 415 555 2671;Northfork Dental;38\r\n"
    "Priya Nair;priya@imports.example;;Northfork Dental;39\r\n"
    "=Nobody;not an address;;;40\r\n"
)


@pytest.fixture
def owner_page(context_of):
    """The owner's browser; an error in the page's scripts fails the test."""
    opened = context_of(OWNER).new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    assert problems == []


def test_file_is_uploaded_previewed_imported_and_its_problems_fetched(product, owner_page):
    page = owner_page
    page.goto("/")
    page.locator(".rail__person").click()
    page.get_by_role("link", name="Import leads").click()

    content = {"name": "spring.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.get_by_label("CSV file").set_input_files(content)  # type: ignore[arg-type]
    page.get_by_role("button", name="Upload and preview").click()
    results = page.locator("tbody tr .badge")
    expect(results).to_have_text(["New lead", "New lead", "Not imported"])
    expect(page.get_by_label("Full name", exact=True)).to_have_value("full_name")
    expect(page.get_by_label("Shoe size", exact=True)).to_have_value("")
    assert product.value("SELECT count(*) FROM leads_lead WHERE email LIKE '%%@imports.example'") == 0

    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.get_by_text("Done at")).to_be_visible(timeout=WORK_MS)
    tally = page.locator(".tally dd")
    expect(tally).to_have_text(["2", "0", "1"])
    with page.expect_download() as fetching:
        page.get_by_role("link", name="Download rows with problems").click()
    rows = list(csv.reader(io.StringIO(fetching.value.path().read_text("utf-8-sig"), newline="")))
    assert [row[:3] for row in rows[1:]] == [["4", "email", "invalid_email"], ["4", "", "no_identity"]]
    assert rows[1][5] == "'=Nobody"

    page.goto("/")
    page.locator("#search").fill("dana@imports.example")
    expect(page.locator("#rows .lead__name")).to_have_text(["Dana Reyes"])
    assert product.rows(
        "SELECT first_name, last_name, phone, attributes->>'Shoe size' FROM leads_lead"
        " WHERE email LIKE '%%@imports.example' ORDER BY email"
    ) == [("Dana", "Reyes", "+14155552671", "38"), ("Priya", "Nair", None, "39")]
    assert (
        product.value(
            "SELECT count(*) FROM inbox_message m JOIN leads_lead l ON l.id = m.lead_id"
            " WHERE l.email LIKE '%%@imports.example'"
        )
        == 0
    )


def test_pages_about_many_leads_fit_a_phone(product, context_of):
    context = context_of(OWNER, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    workspace = product.value("SELECT id FROM workspaces_workspace ORDER BY created_at LIMIT 1")

    for name in ("imports", "exports", "duplicates"):
        page.goto(f"/w/{workspace}/{name}")
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
