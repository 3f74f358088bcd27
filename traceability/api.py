"""The front door of traceability: what the shop may ask. Each feature lists its part below."""

# --- cases ---------------------------------------------------------------------------------------
from traceability.cases.examples import open_example_cases

# --- certificates of provenance --------------------------------------------------------------------
from traceability.certificates.document import certificate_pdf, certificate_proof
from traceability.certificates.queries import CertificateView, certificates_of
from traceability.certificates.service import certify_parcel

# --- codes --------------------------------------------------------------------------------------
from traceability.codes.binding import CodeNotUsable, bind_codes
from traceability.codes.events import InnerCodeTried
from traceability.codes.issuing import IssuedCodes, issue_codes
from traceability.codes.queries import BatchView, CodeView, codes_of_consignment, codes_of_consignments

# --- recalls ------------------------------------------------------------------------------------
from traceability.codes.recalls import codes_reached
from traceability.codes.refusals import note_refusal
from traceability.codes.returns import return_parcel
from traceability.codes.service import accept_codes, activate_batch, void_batch
from traceability.codes.states import CodeState, Level, offered_levels

# --- events -------------------------------------------------------------------------------------
from traceability.events.parcels import record_arrival, record_dispatch
from traceability.events.timeline import TimelineStep, timeline_of_lot
from traceability.labels.codes import code_file, size_in_chinese
from traceability.labels.seedling import SeedlingLabel, seedling_labels_pdf
from traceability.lots.balance import StepKind
from traceability.lots.events import LotRecalled

# --- plots and lots -----------------------------------------------------------------------------
from traceability.lots.queries import (
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
from traceability.lots.recalls import get_recall
from traceability.lots.reference import ensure_reference_data
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
from traceability.lots.transforming import Outcome, transform

# --- papers -------------------------------------------------------------------------------------
from traceability.papers.kept import kept_token, read_kept
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
from traceability.plots.queries import PlotView, get_plot, plots_of_grower
from traceability.plots.service import record_plot
from traceability.plots.surveys import NewSurvey, Stand, approve_surveys

# --- quota: what registered land may bring to market ----------------------------------------------
from traceability.quota.service import QuotaExceeded, balance_of_lot

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
