"""What the worker does for public editions."""

from celery import shared_task
from flask_babel import gettext as _

from branch.reports.tasks import publishing
from core.clock import now
from core.progress.tasks import Job, work


@shared_task(name="branch.reports.publish_edition")
def publish_edition(job_id: str, public_id: str, account_id: int) -> None:
    """Publish a report that somebody may publish, and show how far it is."""

    def publish(job: Job) -> None:
        page = f"/committee/reports/{public_id}#editions"
        publishing.publish(
            public_id,
            account_id=account_id,
            at=now(),
            on_step=lambda done, steps: job.advance(
                done, total=steps, message=_("The public edition is drawn in each language")
            ),
            on_published=lambda: job.finish(result_url=page, message=_("The public edition has appeared.")),
        )

    work(job_id, publish)
