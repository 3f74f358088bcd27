"""python -m branch.reports.audit guiyuan-report.json"""

import json
import sys
from pathlib import Path

from branch.reports.audit.comparing import audit

if __name__ == "__main__":
    outcome = audit(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    told = f"{outcome.agree} figures follow from the inputs, {len(outcome.differ)} do not; {len(outcome.given)} are inputs."
    sys.stdout.write("\n".join((*outcome.differ, told, "")))
    sys.exit(1 if outcome.differ else 0)
