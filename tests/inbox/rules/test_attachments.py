"""Files that came with a message: what is listed, and which address a browser may be sent to."""

import pytest

from inbox.rules.attachments import MAX_NAME, attached_files, open_target, shown_name, shown_size


@pytest.mark.parametrize(
    "url",
    [
        "https://files.example.com/a.pdf",
        "https://files.example.com:443/a.pdf?sig=1",
        "HTTPS://93.184.216.34/a.pdf",
    ],
)
def test_a_public_https_address_may_be_opened(url):
    assert open_target(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "",
        "http://files.example.com/a.pdf",
        "javascript:alert(1)",
        "data:text/html,hello",
        "file:///etc/passwd",
        "//files.example.com/a.pdf",
        "/w/other/inbox",
        "https://user:pass@files.example.com/a.pdf",
        "https://files.example.com:8443/a.pdf",
        "https://files.example.com/a.pdf\r\nSet-Cookie: a=b",
        "https://files.example.com\\@evil.example/a.pdf",
        "https:///a.pdf",
        "https://localhost/a.pdf",
        "https://printer/a.pdf",
        "https://nas.local/a.pdf",
        "https://wiki.corp/a.pdf",
        "https://127.0.0.1/a.pdf",
        "https://10.0.0.4/a.pdf",
        "https://192.168.1.1/a.pdf",
        "https://169.254.169.254/latest",
        "https://127.1/a.pdf",
        "https://0x7f.0.0.1/a.pdf",
        "https://[::1]/a.pdf",
        "https://[::ffff:10.0.0.4]/a.pdf",
        "https://files.exämple.com/a.pdf",
        "https://files.example.com/" + "a" * 2_048,
    ],
)
def test_every_other_address_is_refused(url):
    assert open_target(url) == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Offer.pdf", "Offer.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\dana\\Offer.pdf", "Offer.pdf"),
        ("Offer\r\nSet-Cookie: a=b.pdf", "OfferSet-Cookie: a=b.pdf"),
        ("Offer\u202efdp.exe", "Offerfdp.exe"),
        ("   ", "Attachment"),
        ("..", ".."),
        (None, "Attachment"),
        ("a" * 300, "a" * MAX_NAME),
    ],
)
def test_names_are_names_and_nothing_more(name, shown):
    assert shown_name(name) == shown


@pytest.mark.parametrize(
    ("size", "shown"),
    [(None, ""), (0, ""), (-5, ""), (True, ""), ("12", ""), (10, "1 kB"), (12_300, "12 kB"), (1_468_006, "1.4 MB")],
)
def test_sizes_are_shown_where_they_are_known(size, shown):
    assert shown_size(size) == shown


def test_files_keep_their_place_in_the_message():
    stored = ["broken", {"name": "a.pdf", "url": "https://files.example.com/a.pdf"}, {"id": "f1", "type": "img"}]

    files = attached_files(stored)

    assert [(one.number, one.name, one.host) for one in files] == [
        (1, "a.pdf", "files.example.com"),
        (2, "Attachment", ""),
    ]
    assert attached_files(None) == attached_files({"name": "a"}) == []
