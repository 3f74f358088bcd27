"""The front door of traceability: what the shop may ask is what is imported here."""

from core.uploads.forms import kept_token, read_kept
from traceability.cases.service.examples import open_example_cases
from traceability.certificates.queries import certificate_proof, certificates_of
from traceability.certificates.service import certify_parcel
from traceability.certificates.wording.document import certificate_pdf
from traceability.codes.events import InnerCodeTried
from traceability.codes.queries.batches import (
    CodeView,
    codes_of_consignment,
    codes_of_consignments,
    codes_reached,
)
from traceability.codes.service.binding import CodeNotUsable, bind_codes
from traceability.codes.service.issuing import IssuedCodes, issue_codes
from traceability.codes.service.lifecycle import accept_codes, activate_batch, void_batch
from traceability.codes.service.printing import code_file, size_in_chinese
from traceability.codes.service.refusals import note_refusal
from traceability.codes.service.returns import return_parcel
from traceability.codes.states import Level, offered_levels
from traceability.events.queries.timeline import timeline_of_lot
from traceability.labels.rules.seedling import SeedlingLabel, seedling_labels_pdf
from traceability.lots.queries.records import (
    LotView,
    cultivar_group_name,
    cultivar_groups,
    cultivars,
    get_lot,
    lots_by_ids,
    lots_of_grower,
)
from traceability.lots.rules.balance import StepKind
from traceability.lots.service import (
    LotNotSaleable,
    NewLot,
    add_to_lot,
    give_photo,
    put_back_to_lot,
    record_lot,
    require_saleable,
    take_from_lot,
)
from traceability.papers.queries import (
    missing_papers,
    paper_file,
    paper_kind_name,
    papers_of,
    papers_of_many,
    required_papers,
)
from traceability.papers.rules import PaperKind
from traceability.papers.service import ensure_paper_rules, keep_upload, record_paper, record_printed_label
from traceability.parcels.service import record_arrival, record_dispatch
from traceability.plots.queries import PlotView, get_plot, plots_of_grower
from traceability.plots.service import record_plot
from traceability.quota.service.accounting import balance_of_lot
from traceability.recalls.events import LotRecalled
from traceability.recalls.queries import get_recall
from traceability.reference.service import ensure_reference_data
from traceability.surveys.service import NewSurvey, Stand, approve_surveys
from traceability.transformations.service import Outcome, transform
