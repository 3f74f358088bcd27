"""Which colour tokens a page puts words on which, read from the page as the browser lays it out.

Every token of `tokens.css` is given a colour of its own for a moment, so that a computed colour names its token. What
is found is held against the pairs whose contrast `tests/colours.py` proves in both themes: so one look in one theme
stands for all.
"""

from functools import cache

from playwright.sync_api import Page

from tests.colours import PROVEN, names

PROBE = """
names => {
  const style = document.createElement('style');
  const rgb = i => `rgb(${i + 1}, ${i + 1}, 254)`;
  style.textContent = ':root {' + names.map((name, i) => `--${name}: ${rgb(i)} !important;`).join('') + '}'
    + '* { transition: none !important; animation: none !important; }';
  document.head.append(style);
  const known = new Map(names.map((name, i) => [rgb(i), name]));
  const name = colour => known.get(colour) ?? colour;
  const seen = new Map();
  const clear = colour => colour === 'transparent' || /^rgba\\(.*, 0\\)$/.test(colour);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (!clear(colour)) return name(colour);
    }
    return 'nothing';
  };
  const note = (element, computed) => {
    let opacity = 1;
    for (let e = element; e; e = e.parentElement) opacity *= getComputedStyle(e).opacity;
    const pair = `${name(computed.color)} on ${ground(element)}` + (opacity < 1 ? ` at ${opacity}` : '');
    if (!seen.has(pair)) seen.set(pair, element.outerHTML.slice(0, 120));
  };
  const shown = element => element.checkVisibility({ visibilityProperty: true }) && !element.closest(':disabled, .visually-hidden');
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const done = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || done.has(element)) continue;
    done.add(element);
    if (['SCRIPT', 'STYLE', 'TEMPLATE', 'NOSCRIPT', 'OPTION'].includes(element.tagName) || !shown(element)) continue;
    note(element, getComputedStyle(element));
  }
  for (const field of document.querySelectorAll('input, select, textarea')) {
    if (['hidden', 'checkbox', 'radio', 'range'].includes(field.type) || !shown(field)) continue;
    note(field, getComputedStyle(field));
    if (field.placeholder) note(field, getComputedStyle(field, '::placeholder'));
  }
  for (const element of document.body.querySelectorAll('*')) {
    for (const where of ['::before', '::after']) {
      const computed = getComputedStyle(element, where);
      if (/[\\p{L}\\p{N}]/u.test(computed.content.replace(/^(none|normal)$/, '')) && shown(element)) note(element, computed);
    }
  }
  style.remove();
  return [...seen];
}
"""


@cache
def _proven() -> frozenset[str]:
    return frozenset(f"{words} on {ground}" for words, ground in PROVEN)


def unproven_colours(page: Page) -> list[str]:
    """Words on the page whose colour and ground are no proven pair of tokens, one line per pair."""
    pairs: list[tuple[str, str]] = page.evaluate(PROBE, names())
    return [f"{pair}: no proven contrast: {element}" for pair, element in pairs if pair not in _proven()]
