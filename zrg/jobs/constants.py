"""Numbers and names shared by several modules of the engine."""

EVENTS_QUEUE = "events"
JOBS_QUEUE = "jobs"
SCHEDULED_QUEUE = "scheduled"
SENDS_QUEUE = "sends"
ROUTING_QUEUE = "routing"
QUEUES = (EVENTS_QUEUE, JOBS_QUEUE, SCHEDULED_QUEUE, SENDS_QUEUE, ROUTING_QUEUE)

RECEIVER_JOB = "RECEIVER"
JOB_MAX_ATTEMPTS = 5
EVENT_MAX_ATTEMPTS = 8
MAX_RESCHEDULES = 200
DEDUPE_KEY_LENGTH = 255
LAST_ERROR_LENGTH = 10_000
# A body over this many bytes lies in WebhookBody, so that claims and lists read narrow rows.
INLINE_BODY_BYTES = 8_192

PRIORITY_URGENT = 10  # replies, unsubscribes, bounces, clicks
PRIORITY_NORMAL = 50  # sent
PRIORITY_LOW = 90  # opened
