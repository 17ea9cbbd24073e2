import os
import shutil
import stat
from pathlib import Path

import pytest

from zrg.stack import outside
from zrg.stack.layout import Layout
from zrg.stack.outside import outside_folder, recorded_folder, remove_abandoned_folders, remove_outside_folder

pytestmark = pytest.mark.unit

WEEK_AND_A_DAY = 8 * 86_400


@pytest.fixture(autouse=True)
def base(tmp_path, monkeypatch):
    monkeypatch.setattr(outside, "BASE", tmp_path)
    return tmp_path


def test_folder_is_made_once_and_only_ours_to_write(layout):
    folder = outside_folder(layout)

    assert outside_folder(layout) == folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o711
    assert (folder / "owner").read_text().strip() == str(layout.var)


@pytest.mark.parametrize("mode", [0o731, 0o713])
def test_folder_writable_by_others_is_not_trusted(layout, mode):
    folder = outside_folder(layout)
    folder.chmod(mode)

    assert recorded_folder(layout) is None
    assert outside_folder(layout) != folder


def test_folder_that_is_a_link_is_not_trusted(layout, base):
    folder = outside_folder(layout)
    folder.rename(base / "elsewhere")
    folder.symlink_to(base / "elsewhere")

    assert recorded_folder(layout) is None


def test_moved_checkout_takes_its_folder_along(layout):
    folder = outside_folder(layout)
    moved = Layout.below(Path(f"{layout.project}-moved"))
    layout.project.rename(moved.project)

    found = recorded_folder(moved)
    remove_abandoned_folders()

    moved.project.rename(layout.project)
    assert found == folder
    assert folder.exists()


def test_copied_checkout_gets_its_own(layout):
    folder = outside_folder(layout)
    copy = Layout.below(Path(f"{layout.project}-copy"))
    shutil.copytree(layout.project, copy.project, symlinks=True)

    other = outside_folder(copy)

    shutil.rmtree(copy.project)
    assert other != folder
    assert recorded_folder(layout) == folder


def test_abandoned_folder_of_a_temporary_checkout_goes_at_once(layout, tmp_path):
    gone = Layout.below(tmp_path / "gone")
    gone.make_folders()
    folder, kept = outside_folder(gone), outside_folder(layout)
    shutil.rmtree(gone.project)

    remove_abandoned_folders()

    assert not folder.exists()
    assert kept.exists()


@pytest.mark.parametrize(("idle_seconds", "stays"), [(0, True), (WEEK_AND_A_DAY, False)])
def test_abandoned_folder_of_another_checkout_waits_a_week(layout, idle_seconds, stays):
    folder = outside_folder(layout)
    (folder / "owner").write_text("/srv/not-mounted-now/zrg/var\n")
    used_at = (folder / "owner").stat().st_mtime - idle_seconds
    os.utime(folder / "owner", (used_at, used_at))

    remove_abandoned_folders()

    assert folder.exists() is stays


def test_folder_the_checkout_forgot_is_removed(layout):
    folder = outside_folder(layout)
    (layout.run / "outside-folder").unlink()

    remove_abandoned_folders()

    assert not folder.exists()


def test_folder_of_somebody_else_is_left_alone(base):
    (base / "zrg-strange").mkdir()
    (base / "zrg-file").write_text("x")

    remove_abandoned_folders()

    assert sorted(path.name for path in base.iterdir()) == ["zrg-file", "zrg-strange"]


def test_remove_outside_folder_removes_folder_and_record(layout):
    folder = outside_folder(layout)

    remove_outside_folder(layout)

    assert not folder.exists()
    assert recorded_folder(layout) is None
