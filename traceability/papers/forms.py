"""What the branch decides about papers."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from core.form_keys.forms import PageForm
from traceability.lookups.rules.provinces import BY_NAME
from traceability.lots.states import Root
from traceability.lots.wording import root_name
from traceability.papers.queries import paper_kind_name
from traceability.papers.rules import ANY, PaperKind

GENERAL = "general"


class RuleForm(PageForm):
    """One decision: for a province and root kind (or all) a paper is needed, is not, or the general rule decides."""

    province = SelectField(_l("Sent to"))
    root = SelectField(_l("Root"))
    kind = SelectField(_l("Paper"))
    decision = RadioField(
        _l("This paper is"),
        choices=[
            SelectChoice("required", _l("needed: without it nothing leaves")),
            SelectChoice("not_required", _l("not needed")),
            SelectChoice(GENERAL, _l("as the general rule says")),
        ],
        default="required",
    )
    reason = StringField(_l("Why"), [DataRequired(_l("Say why; the growers will ask.")), Length(max=200)])

    def offer(self) -> None:
        """Fill the choices in the language of the page."""
        self.province.choices = [
            SelectChoice(ANY, str(_l("every province"))),
            *(SelectChoice(name, name) for name in BY_NAME),
        ]
        self.root.choices = [
            SelectChoice(ANY, str(_l("every kind"))),
            *(SelectChoice(str(root), root_name(root)) for root in Root),
        ]
        self.kind.choices = [SelectChoice(str(kind), paper_kind_name(kind)) for kind in PaperKind]
