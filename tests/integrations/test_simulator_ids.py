"""A simulator that was started again uses no id of its earlier run."""

from integrations.simulator.server import Simulator


def reply_ids(simulator: Simulator) -> list[int]:
    """Three people write, and their replies have these numbers."""
    for number in range(3):
        simulator.emailbison.write_as_lead(f"nora{number}@again.example", "Could you send more details?", base_url="")
    return sorted(simulator.emailbison.replies)


def test_ids_of_a_later_start_are_others() -> None:
    first, later = reply_ids(Simulator(first=10)), reply_ids(Simulator(first=20))

    assert len(first) == len(later) == 3
    assert set(first).isdisjoint(later)


def test_an_emptied_simulator_counts_from_its_own_start() -> None:
    simulator = Simulator(first=1_000)
    before = reply_ids(simulator)
    simulator.reset()

    assert reply_ids(simulator) == before
