import pytest

from zrg.stack.fingerprint import preparation_fingerprint

pytestmark = pytest.mark.unit

ENVIRONMENT = {"ZRG_PORT": "18100", "ZRG_DEMO": "1", "HOME": "/root"}


@pytest.fixture
def checkout(layout):
    (layout.project / "leads" / "migrations").mkdir(parents=True)
    (layout.project / "leads" / "migrations" / "0001_initial.py").write_text("1")
    (layout.project / "requirements.txt").write_text("Django")
    return layout


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("leads/migrations/0001_initial.py", "2"),
        ("leads/migrations/0002_more.py", "1"),
        ("requirements.txt", "Django==5"),
    ],
)
def test_changed_code_is_noticed(checkout, path, text):
    before = preparation_fingerprint(checkout, ENVIRONMENT)

    (checkout.project / path).write_text(text)

    assert preparation_fingerprint(checkout, ENVIRONMENT) != before


@pytest.mark.parametrize(
    ("changed", "noticed"),
    [({"ZRG_PORT": "1"}, True), ({"ZRG_DEMO_PASSWORD": "x"}, True), ({"HOME": "/home"}, False)],
)
def test_settings_the_demo_stores_are_noticed(checkout, changed, noticed):
    before = preparation_fingerprint(checkout, ENVIRONMENT)

    assert (preparation_fingerprint(checkout, {**ENVIRONMENT, **changed}) != before) is noticed


def test_renamed_file_is_noticed(checkout):
    before = preparation_fingerprint(checkout, ENVIRONMENT)
    file = checkout.project / "leads" / "migrations" / "0001_initial.py"

    file.rename(file.with_name("0001_start.py"))

    assert preparation_fingerprint(checkout, ENVIRONMENT) != before
