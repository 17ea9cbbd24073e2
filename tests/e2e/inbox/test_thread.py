"""The thread in a real browser: earlier pages and live messages side by side."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e

LIVE_MS = 40_000
OLDER = """
INSERT INTO inbox_message (id, workspace_id, lead_id, channel, direction, source, body, body_truncated, is_automated,
    cc, bcc, attachments, is_read, classification_state, classification_attempts, sent_at, created_at, updated_at)
SELECT gen_random_uuid(), workspace_id, id, 'email', 'inbound', 'import', 'older ' || n, false, false, '{}', '{}', '[]',
    true, 'not_needed', 0, now() - interval '2 days' + n * interval '1 second', now() - interval '2 days', now()
FROM leads_lead CROSS JOIN generate_series(1, 120) AS n WHERE email = %s
"""


def test_a_new_message_joins_a_thread_with_earlier_pages_once(product, page):
    email = "long@thread.example"
    product.write(email, "Could you send more details?", first_name="Lou")
    product.pending_draft(email)
    assert product.arrange(OLDER, email) == 120
    product.mark_compared(email)
    messages = page.locator("#thread [data-message]")

    page.goto(f"/?leadId={product.lead_id(email)}")
    expect(messages).to_have_count(100)
    page.get_by_role("link", name="Load earlier").click()
    expect(messages).to_have_count(121)
    product.write(email, "And one more thing.", first_name="Lou")

    expect(messages).to_have_count(122, timeout=LIVE_MS)
    expect(messages.last).to_contain_text("And one more thing.")
    shown = messages.evaluate_all("all => all.map((one) => [one.id, one.querySelector('time').dateTime])")
    assert len({name for name, _at in shown}) == 122
    assert [at for _name, at in shown] == sorted(at for _name, at in shown)
