"""Cultivar groups and cultivars that every town starts with; later ones are added as rows.

Epithets of the groups differ by source (Luteus or Thunbergii, Albus or Latifolius, Asiaticus or
Semperflorens); these are a start, not a verdict.
"""

from sqlalchemy import select

from core.database import session
from traceability.lots.models.tables import Cultivar, CultivarGroup
from traceability.reference.service.growth_stages import ensure_stages

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
