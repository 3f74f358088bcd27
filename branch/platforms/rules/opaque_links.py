"""Links that say nothing of a shop until they are opened: short links, shared links, links of promotions. Pure data.

One host serves such links for every shop of its platform, so that no part of an address of it stands for one shop. They
are neither registered nor judged. A host stands for everything below it.
"""

from __future__ import annotations

from branch.platforms.rules.pasted_text import words
from branch.platforms.rules.shop_pages import Platform

LINK_HOSTS: dict[Platform, frozenset[str]] = {
    Platform.TAOBAO: words("""
        tb.cn m.tb.cn e.tb.cn s.tb.cn c.tb.cn a.tb.cn t.tb.cn equity.tb.cn s.click.taobao.com
        s.click.m.taobao.com click.taobao.com uland.taobao.com ai.taobao.com temai.taobao.com tbk.taobao.com
        mos.m.taobao.com simba.taobao.com click.mz.simba.taobao.com redirect.simba.taobao.com pub.alimama.com
        alimama.com login.taobao.com login.m.taobao.com jump.taobao.com go.taobao.com
    """),
    Platform.TMALL: words("""
        s.click.tmall.com click.tmall.com uland.tmall.com temai.tmall.com simba.tmall.com login.tmall.com
        jump.tmall.com
    """),
    Platform.JD: words("""
        u.jd.com union-click.jd.com union.jd.com jingfen.jd.com 3.cn re.jd.com x.jd.com ccc-x.jd.com
        c-nfa.jd.com nfa.jd.com jdc.jd.com coupon.jd.com coupon.m.jd.com passport.jd.com plogin.m.jd.com
        wqs.jd.com kzurl.jd.com linkst.m.jd.com jd.co
    """),
    Platform.PINDUODUO: words("""
        p.pinduoduo.com file-link.pinduoduo.com jinbao.pinduoduo.com u.pinduoduo.com p.yangkeduo.com
        app.yangkeduo.com panduoduo.yangkeduo.com pin.pinduoduo.com
    """),
    Platform.DOUYIN: words("""
        v.douyin.com z.douyin.com vt.douyin.com live.douyin.com v.jinritemai.com buyin.jinritemai.com
        s.jinritemai.com
    """),
    Platform.ALIBABA_1688: words("""
        qr.1688.com m.tb.1688.com u.1688.com cps.1688.com union.1688.com p4psearch.1688.com dj.1688.com
        s.click.1688.com login.1688.com share.1688.com
    """),
    Platform.WEIDIAN: words("k.weidian.com url.weidian.com youshop10.com"),
    Platform.WECHAT: words("w.url.cn wxaurl.cn wxmpurl.cn url.weixin.qq.com mp.weixinbridge.com"),
    Platform.WEBSITE: words("""
        v.kuaishou.com v.kuaishouapp.com v.m.chenzhongtech.com chenzhongtech.com kspkg.com xhslink.com b23.tv
        bili2233.cn t.cn url.cn dwz.cn suo.im suo.nz sourl.cn mrw.so dwz.mk dwz.win rrd.me u.nu m6z.cn
        tinyurl.com bit.ly is.gd t.co goo.gl ow.ly buff.ly rebrand.ly cutt.ly s.id t.ly reurl.cc lnkd.in tb.am
        link.zhihu.com c.pc.qq.com go.smzdm.com j.youzan.com link.jianshu.com sinaurl.cn kurl.cn kurl01.cn
        kurl02.cn kurl03.cn hy.fenqile.com qr.alipay.com ur.alipay.com
    """),
}
_PLATFORM_OF = {host: platform for platform, hosts in LINK_HOSTS.items() for host in hosts}

# First labels below a platform's domain that belong to the platform, on every platform.
SYSTEM_LABELS = words("""
    www m wap h5 mobile app apps api open auth sso login passport account member my user users home index item
    list search so s s8 t u c r q v d a b e f g click clicks union uland jump link links url redirect go short
    share qr ad ads cps cpc cpa tbk promo promotion promotions pro act activity activities coupon coupons quan
    live tv video cart buy pay order trade shop shops store stores mall brand rank help kefu service rule static
    img image images cdn assets css js dl download pages page market channel
""")
# Names of parameters by which an address leads on to another.
LEADING_ON = words("""
    url uri u target to goto go link jump redirect redirecturl redirecturi returnurl returnuri returnto return
    rurl next continue dest destination launchurl pfurl toutiaourl redirurl gotourl jumpurl tourl targeturl
    backurl callback
""")


def platform_of_link(host: str) -> Platform | None:
    """The platform whose short or promotion links `host` serves; None for a host that serves none."""
    labels = host.split(".")
    below = (".".join(labels[place:]) for place in range(len(labels) - 1))
    return next((_PLATFORM_OF[suffix] for suffix in below if suffix in _PLATFORM_OF), None)
