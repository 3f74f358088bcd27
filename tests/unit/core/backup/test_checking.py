"""Whatever was changed in a backup is named: by its bytes, and where somebody mended the digests, by its meaning."""

import gzip
import hashlib
import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from core.backup.models import manifest as manifests
from core.backup.models.manifest import BackupDamaged
from core.backup.service.checking import check, require_restorable
from core.backup.service.making import make
from core.database import db
from core.seal.rules.tiles import pack
from tests.factories.licences import LEAVES_OF_FIRST
from tests.unit.core.backup.conftest import sign_again

pytestmark = pytest.mark.slow


@pytest.fixture
def backup(filled, place, at):
    return make(place, at=at).folder


def findings(folder):
    return check(folder)[1]


def test_a_changed_a_missing_and_a_foreign_file_are_named(backup, filled):
    photo = backup / "files" / filled.photo
    photo.write_bytes(b"A photograph")
    (backup / "log/checkpoint").unlink()
    (backup / "notes.txt").write_text("mine")
    assert findings(backup) == [
        f"files/{filled.photo} is not what was written: another size or digest",
        "log/checkpoint is missing",
        "notes.txt does not belong to the backup",
    ]
    with pytest.raises(BackupDamaged, match="checkpoint is missing"):
        require_restorable(backup)


@pytest.mark.parametrize("name", [manifests.NAME, manifests.SEAL])
def test_without_its_manifest_or_with_a_changed_one_it_is_no_backup(backup, name):
    text = (backup / name).read_text()
    (backup / name).write_text(text.replace("1", "2", 1))
    with pytest.raises(BackupDamaged, match="was changed after it was written"):
        check(backup)
    (backup / name).unlink()
    with pytest.raises(BackupDamaged, match="is not a backup"):
        check(backup)


def test_another_format_is_refused_by_name(backup):
    manifest = manifests.read_manifest(backup)
    values = {name: getattr(manifest, name) for name in manifest.__slots__}
    manifests.Manifest(**values | {"format": 2}).write(backup)
    with pytest.raises(BackupDamaged, match="has format 2, this version reads 1"):
        check(backup)


def test_rows_that_went_missing_are_counted(backup):
    if db.engine.dialect.name == "sqlite":
        name = "database.sqlite"
        with closing(sqlite3.connect(backup / name)) as copy:
            copy.execute("DELETE FROM licence_change")
            copy.commit()
    else:
        name = "database/licence_change.copy.gz"
        (backup / name).write_bytes(gzip.compress(b""))
    sign_again(backup, name)
    assert [one for one in findings(backup) if f"{name} has 0 rows" in one]
    with pytest.raises(BackupDamaged, match="has 0 rows"):
        require_restorable(backup)


def test_a_torn_database_is_named(backup):
    name = "database.sqlite" if db.engine.dialect.name == "sqlite" else "database/licence.copy.gz"
    whole = (backup / name).read_bytes()
    (backup / name).write_bytes(whole[: len(whole) // 2])
    sign_again(backup, name)
    assert [one for one in findings(backup) if one.startswith(name)]


def test_an_entry_of_the_log_that_was_exchanged_betrays_itself(backup):
    bundle = f"log/tile/entries/000.p/{LEAVES_OF_FIRST}"
    (backup / bundle).write_bytes(pack([b"a"] * LEAVES_OF_FIRST))
    sign_again(backup, bundle)
    assert "the log does not lead to the root" in " ".join(findings(backup))


def test_a_log_without_a_tile_and_one_of_another_head_are_named(backup, filled, place, tmp_path):
    tile = f"log/tile/0/000.p/{LEAVES_OF_FIRST}"
    whole = (backup / tile).read_bytes()
    (backup / tile).write_bytes(whole[:64])
    sign_again(backup, tile)
    assert [one for one in findings(backup) if one.startswith("the log: ")]
    (backup / tile).write_bytes(whole)
    sign_again(backup, tile)
    assert findings(backup) == []
    memory = "keys/seal_key.signed"
    (backup / memory).write_text(
        (backup / memory).read_text().replace(f'"size": {LEAVES_OF_FIRST}', '"size": 3')
    )
    sign_again(backup, memory)
    assert findings(backup) == [f"{memory} tells of another log than the one in the backup, at entry 3"]


def test_it_can_be_moved_to_another_place(backup, tmp_path):
    moved = shutil.copytree(backup, tmp_path / "elsewhere")
    assert findings(moved) == []


@pytest.mark.parametrize(
    "name", ["files/../../secret_key", "/etc/cron.d/x", "log/./../x", "files//x", "log/.restoring/x", "a\n"]
)
def test_a_name_that_leads_out_of_the_backup_is_refused_before_anything_is_read(backup, name):
    manifest = manifests.read_manifest(backup)
    values = {field: getattr(manifest, field) for field in manifest.__slots__}
    told = manifest.files | {name: manifests.FileFacts(1, "0" * 64)}
    manifests.Manifest(**values | {"files": told}).write(backup)
    with pytest.raises(BackupDamaged, match="no backup of ours holds"):
        require_restorable(backup)


def test_a_link_or_a_pipe_is_not_read_even_when_it_leads_to_the_right_bytes(backup, filled, tmp_path):
    photo = backup / "files" / filled.photo
    photo.rename(tmp_path / "elsewhere")
    photo.symlink_to(tmp_path / "elsewhere")
    os.mkfifo(backup / "pipe")
    (backup / "aside").symlink_to(tmp_path, target_is_directory=True)
    told = ["aside is no plain file", f"files/{filled.photo} is no plain file", "pipe is no plain file"]
    assert findings(backup) == told
    with pytest.raises(BackupDamaged, match="no plain file"):
        require_restorable(backup)


@pytest.mark.parametrize(
    "text", ["[]", "1", "{", '{"format": 1}', "[" * 100_000, '{"format": 1, "files": 3}']
)
def test_a_manifest_that_is_none_is_damage_and_no_error_of_ours(backup, text):
    (backup / manifests.NAME).write_text(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    (backup / manifests.SEAL).write_text(f"{digest}  {manifests.NAME}\n")
    with pytest.raises(BackupDamaged, match="not what we write"):
        check(backup)
