"""Where a database stands is read without the application, and agrees with what Alembic says."""

import sqlalchemy as sa

from core.database import alembic, db
from core.schema import heads, is_current
from core.settings import Settings
from wsgi import create_app


def test_the_newest_migration_is_the_one_that_no_other_follows(tmp_path):
    for name, after in (("1", "None"), ("2", '"1"'), ("3", '"2"')):
        (tmp_path / f"{name}.py").write_text(f'revision = "{name}"\ndown_revision = {after}\n')
    assert heads(tmp_path) == {"3"}
    (tmp_path / "4.py").write_text('revision = "4"\ndown_revision = "2"\n')
    assert heads(tmp_path) == {"3", "4"}


def test_a_database_is_current_once_every_migration_has_run(tmp_path):
    url = f"sqlite:///{tmp_path / 'guiyuan.db'}"
    app = create_app(
        Settings(_env_file=None, testing=True, guiyuan_var=tmp_path, database_url=url, log_level="ERROR")
    )
    assert not is_current(url)
    with app.app_context():
        assert heads() == {script.revision for script in alembic.heads()}
        alembic.upgrade()
        db.session.close()
        assert is_current(url)
        with db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '1'"))
        db.engine.dispose()
    assert not is_current(url)
