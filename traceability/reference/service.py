"""Cultivar groups, cultivars and stages of growth that every town starts with; later ones are added as rows.

Epithets of the groups differ by source (Luteus or Thunbergii, Albus or Latifolius, Asiaticus or
Semperflorens); these are a start, not a verdict.
"""

from datetime import UTC, datetime

from sqlalchemy import select

from core import seal
from core.database import session
from traceability.lots.models.tables import Cultivar, CultivarGroup
from traceability.quota.models.sealing import figures_body, figures_subject
from traceability.quota.models.tables import GrowthStage, StageFigures

# code -> (name_zh, name_en, epithet)
GROUPS = {
    "jingui": ("金桂", "Gold osmanthus", "Luteus Group (Thunbergii)"),
    "yingui": ("银桂", "Silver osmanthus", "Albus Group (Latifolius)"),
    "dangui": ("丹桂", "Orange-red osmanthus", "Aurantiacus Group"),
    "sijigui": ("四季桂", "Everblooming osmanthus", "Asiaticus Group (Semperflorens)"),
}

# group -> (code, name_zh, name_en)
CULTIVARS = {
    "jingui": (
        ("boye_jingui", "波叶金桂", "Boye Jingui"),
        ("dahua_jingui", "大花金桂", "Dahua Jingui"),
        ("yuanye_jingui", "圆叶金桂", "Yuanye Jingui"),
        ("wan_jingui", "晚金桂", "Wan Jingui"),
        ("qiugui", "球桂", "Qiu Gui"),
        ("huangchuan_jingui", "潢川金桂", "Huangchuan Jingui"),
    ),
    "yingui": (
        ("zao_yingui", "早银桂", "Zao Yingui"),
        ("wan_yingui", "晚银桂", "Wan Yingui"),
        ("jiulonggui", "九龙桂", "Jiulong Gui"),
        ("zi_yingui", "籽银桂", "Zi Yingui"),
        ("yulinglong", "玉玲珑", "Yu Linglong"),
    ),
    "dangui": (
        ("zhusha_dangui", "朱砂丹桂", "Zhusha Dangui"),
        ("zhuangyuanhong", "状元红", "Zhuangyuan Hong"),
        ("daye_dangui", "大叶丹桂", "Daye Dangui"),
        ("yingye_dangui", "硬叶丹桂", "Yingye Dangui"),
    ),
    "sijigui": (
        ("rixianggui", "日香桂", "Rixiang Gui"),
        ("fodingzhu", "佛顶珠", "Foding Zhu"),
        ("tianxiang_taige", "天香台阁", "Tianxiang Taige"),
        ("yueyuegui", "月月桂", "Yueyue Gui"),
    ),
}

# Plants per mu by stage, and how many survive. Densities are the trade's: 0.3 m x 0.3 m for first-year transplants,
# 0.5 m x 0.5 m for the second and third year, 2.5 m x 2.5 m once the stem has 3 cm. The shares that survive are a start
# of our own, not a published figure; the branch writes its own into the table.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)

# code, name_zh, name_en, least ground diameter mm, least height cm, plants per mu, survivors of 1,000
STAGES = (
    ("first_year", "一年生", "first year", 0, 0, 7_400, 900),
    ("second_third", "二至三年生", "second to third year", 5, 40, 2_670, 950),
    ("specimen", "大苗", "specimen", 30, 200, 107, 980),
)


def ensure_reference_data() -> int:
    """Add the groups, cultivars and growth stages that are missing; what the branch edited since stays as it is.

    Returns:
        How many rows were added. Adds to the caller's transaction.
    """
    known_groups = set(session.scalars(select(CultivarGroup.code)))
    known = set(session.scalars(select(Cultivar.code)))
    added: list[CultivarGroup | Cultivar] = [
        CultivarGroup(code=code, position=place, name_zh=zh, name_en=en, epithet=epithet)
        for place, (code, (zh, en, epithet)) in enumerate(GROUPS.items(), start=1)
        if code not in known_groups
    ]
    added += [
        Cultivar(code=code, group_code=group, position=place, name_zh=zh, name_en=en)
        for group, cultivars in CULTIVARS.items()
        for place, (code, zh, en) in enumerate(cultivars, start=1)
        if code not in known
    ]
    session.add_all(added)
    session.flush()
    return len(added) + ensure_stages()


def ensure_stages() -> int:
    """Add the stages and first figures that are missing; how many rows were added."""
    known = set(session.scalars(select(GrowthStage.code)))
    missing = [row for row in enumerate(STAGES, start=1) if row[1][0] not in known]
    for place, (code, zh, en, diameter, height, density, survival) in missing:
        session.add(
            GrowthStage(
                code=code,
                position=place,
                name_zh=zh,
                name_en=en,
                diameter_from_mm=diameter,
                height_from_cm=height,
            )
        )
        figures = StageFigures(
            stage_code=code,
            plants_per_mu=density,
            survival_per_mille=survival,
            valid_from=BEGINNING,
            reason="",
        )
        session.add(figures)
        session.flush()
        seal.append("stage_figures", figures_subject(figures), figures_body(figures))
    return 2 * len(missing)
