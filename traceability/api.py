"""The front door of traceability: what the shop may ask. Each feature lists its part below."""

# --- cases ---------------------------------------------------------------------------------------
# --- papers -------------------------------------------------------------------------------------
from core.uploads.forms.upload_tokens import kept_token, read_kept
from traceability.cases.service.examples import open_example_cases
from traceability.certificates.queries import CertificateView, certificate_proof, certificates_of
from traceability.certificates.service import certify_parcel

# --- certificates of provenance --------------------------------------------------------------------
from traceability.certificates.wording.document import certificate_pdf
from traceability.codes.events import InnerCodeTried
from traceability.codes.queries.batches import (
    BatchView,
    CodeView,
    codes_of_consignment,
    codes_of_consignments,
)

# --- recalls ------------------------------------------------------------------------------------
from traceability.codes.queries.recalls import codes_reached

# --- codes --------------------------------------------------------------------------------------
from traceability.codes.service.binding import CodeNotUsable, bind_codes
from traceability.codes.service.issuing import IssuedCodes, issue_codes
from traceability.codes.service.lifecycle import accept_codes, activate_batch, void_batch
from traceability.codes.service.printing import code_file, size_in_chinese
from traceability.codes.service.refusals import note_refusal
from traceability.codes.service.returns import return_parcel
from traceability.codes.states import CodeState, Level, offered_levels
from traceability.events.queries.timeline import TimelineStep, timeline_of_lot
from traceability.labels.rules.seedling import SeedlingLabel, seedling_labels_pdf

# --- plots and lots -----------------------------------------------------------------------------
from traceability.lots.queries.records import (
    CultivarGroupView,
    CultivarView,
    LotView,
    cultivar_group_name,
    cultivar_groups,
    cultivars,
    find_lot,
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
from traceability.lots.states import LotState, Propagation, Root
from traceability.papers.queries import (
    PaperView,
    missing_papers,
    paper_file,
    paper_kind_name,
    papers_of,
    papers_of_many,
    required_papers,
)
from traceability.papers.rules import PaperKind
from traceability.papers.service import ensure_paper_rules, keep_upload, record_paper, record_printed_label

# --- events -------------------------------------------------------------------------------------
from traceability.parcels.service import record_arrival, record_dispatch
from traceability.plots.queries import PlotView, get_plot, plots_of_grower
from traceability.plots.service import record_plot

# --- quota: what registered land may bring to market ----------------------------------------------
from traceability.quota.service.accounting import QuotaExceeded, balance_of_lot
from traceability.recalls.events import LotRecalled
from traceability.recalls.service.recalling import get_recall
from traceability.reference.service.cultivars import ensure_reference_data
from traceability.surveys.service.surveying import NewSurvey, Stand, approve_surveys
from traceability.transformations.service import Outcome, transform

__all__ = [
    "BatchView",
    "CertificateView",
    "CodeNotUsable",
    "CodeState",
    "CodeView",
    "CultivarGroupView",
    "CultivarView",
    "InnerCodeTried",
    "IssuedCodes",
    "Level",
    "LotNotSaleable",
    "LotRecalled",
    "LotState",
    "LotView",
    "NewLot",
    "NewSurvey",
    "Outcome",
    "PaperKind",
    "PaperView",
    "PlotView",
    "Propagation",
    "QuotaExceeded",
    "Root",
    "SeedlingLabel",
    "Stand",
    "StepKind",
    "TimelineStep",
    "accept_codes",
    "activate_batch",
    "add_to_lot",
    "approve_surveys",
    "balance_of_lot",
    "bind_codes",
    "certificate_pdf",
    "certificate_proof",
    "certificates_of",
    "certify_parcel",
    "code_file",
    "codes_of_consignment",
    "codes_of_consignments",
    "codes_reached",
    "cultivar_group_name",
    "cultivar_groups",
    "cultivars",
    "ensure_paper_rules",
    "ensure_reference_data",
    "find_lot",
    "get_lot",
    "get_plot",
    "get_recall",
    "give_photo",
    "issue_codes",
    "keep_upload",
    "kept_token",
    "lots_by_ids",
    "lots_of_grower",
    "missing_papers",
    "note_refusal",
    "offered_levels",
    "open_example_cases",
    "paper_file",
    "paper_kind_name",
    "papers_of",
    "papers_of_many",
    "plots_of_grower",
    "put_back_to_lot",
    "read_kept",
    "record_arrival",
    "record_dispatch",
    "record_lot",
    "record_paper",
    "record_plot",
    "record_printed_label",
    "require_saleable",
    "required_papers",
    "return_parcel",
    "seedling_labels_pdf",
    "size_in_chinese",
    "take_from_lot",
    "timeline_of_lot",
    "transform",
    "void_batch",
]
