"""The branch's usual rates, for growers who have not written their own. Pure.

By distance from Hubei, where the first branch packs. Hong Kong, Macao and Taiwan are left out: plants
need export papers there.
"""

from shop.freight.rules.rates import Rate, Table

DEFAULT_TABLE = Table(
    rates=(
        Rate(frozenset({"420000"}), 8_00, 1_00, 40, "省内"),
        Rate(
            frozenset({"340000", "360000", "410000", "430000", "500000", "610000"}), 10_00, 2_00, 60, "邻省"
        ),
        Rate(
            frozenset(
                {
                    *("110000", "120000", "130000", "140000", "310000", "320000", "330000"),
                    *("350000", "370000", "440000", "450000", "510000", "520000"),
                }
            ),
            12_00,
            3_00,
            90,
            "较近",
        ),
        Rate(
            frozenset(
                {
                    *("150000", "210000", "220000", "230000", "460000"),
                    *("530000", "620000", "630000", "640000"),
                }
            ),
            16_00,
            6_00,
            1_50,
            "较远",
        ),
        Rate(frozenset({"540000", "650000"}), 28_00, 14_00, 3_00, "边疆"),
    )
)
