"""The file transport: whole messages, each taken once, oldest first."""

import runpy
import threading

import pytest
from kombu import Connection, Exchange, Queue
from kombu.transport import TRANSPORT_ALIASES, resolve_transport

from zrg import celeryconfig
from zrg.jobs import file_broker

pytestmark = pytest.mark.unit
MESSAGES = 150


@pytest.fixture
def connect(tmp_path):
    file_broker.install()
    # What is declared is remembered per process; here each test has folders of its own.
    file_broker.Transport.global_state.clear()
    for name in ("queue", "control", "processed"):
        (tmp_path / name).mkdir()

    def open_connection():
        return Connection(
            "filesystem://",
            transport_options={
                "data_folder_in": str(tmp_path / "queue"),
                "data_folder_out": str(tmp_path / "queue"),
                "control_folder": str(tmp_path / "control"),
                "processed_folder": str(tmp_path / "processed"),
                "polling_interval": 0.001,
            },
        )

    return open_connection


def queue(name):
    return Queue(name, Exchange(name, type="direct"), routing_key=name)


def send(connection, name, *bodies):
    with connection.Producer() as producer:
        for body in bodies:
            producer.publish(body, exchange=queue(name).exchange, routing_key=name, declare=[queue(name)])


def take_all(connection, name):
    channel = connection.default_channel
    bound = queue(name)(channel)
    bound.declare()
    taken = []
    while (message := bound.get(no_ack=True)) is not None:
        taken.append(message.payload)
    return taken


def test_messages_come_in_order_and_to_their_queue_only(connect):
    with connect() as connection:
        send(connection, "jobs", "a", "b", "c")
        send(connection, "events", "x")

        assert take_all(connection, "events") == ["x"]
        assert take_all(connection, "jobs") == ["a", "b", "c"]
        assert take_all(connection, "jobs") == []


def test_two_readers_take_each_message_once_and_whole(connect):
    with connect() as connection:
        # A queue that another thread is still declaring takes nothing yet; what is sent then stays to the sweep.
        queue("jobs")(connection.default_channel).declare()
    taken, errors = [], []
    sending = threading.Event()

    def write():
        with connect() as connection:
            send(connection, "jobs", *range(MESSAGES))
        sending.set()

    def read():
        try:
            with connect() as connection:
                while not sending.is_set():
                    taken.extend(take_all(connection, "jobs"))
                taken.extend(take_all(connection, "jobs"))
        except Exception as error:  # the test names it
            errors.append(error)

    threads = [threading.Thread(target=one) for one in (write, read, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert errors == []
    assert sorted(taken) == list(range(MESSAGES))


def test_nothing_is_left_behind(connect, tmp_path):
    with connect() as connection:
        send(connection, "jobs", "a")
        take_all(connection, "jobs")

    assert list((tmp_path / "queue").iterdir()) == []
    assert list((tmp_path / "processed").iterdir()) == []


def test_celery_without_redis_takes_this_transport(settings, monkeypatch, tmp_path):
    monkeypatch.setitem(TRANSPORT_ALIASES, file_broker.ALIAS, "kombu.transport.filesystem:Transport")
    settings.TESTING, settings.REDIS_URL, settings.BROKER_DIR = False, "", tmp_path

    chosen = runpy.run_path(celeryconfig.__file__)

    assert resolve_transport(chosen["broker_url"].partition(":")[0]) is file_broker.Transport
