// Small comforts. Every page works without them.

// Minus and plus beside a quantity, within its minimum, increment and maximum.
for (const stepper of document.querySelectorAll("[data-stepper]")) {
  const input = stepper.querySelector("input");
  const buttons = [...stepper.querySelectorAll("[data-step]")];
  const minimum = Number(input.min) || 1;
  const increment = Number(input.step) || 1;
  const maximum = input.max === "" ? Infinity : Number(input.max);

  const highest = Math.floor((maximum - minimum) / increment);
  // The next quantity on the grid of increments in that direction; what was typed between two steps counts.
  const next = (direction) => {
    const steps = (Number(input.value) - minimum) / increment;
    return direction === "down" ? Math.ceil(steps) - 1 : Math.floor(steps) + 1;
  };
  const refresh = () => {
    for (const button of buttons) {
      const steps = next(button.dataset.step);
      button.disabled = button.dataset.step === "down" ? steps < 0 : steps > highest;
    }
  };
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const steps = Math.min(Math.max(next(button.dataset.step), 0), highest);
      input.value = minimum + steps * increment;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      refresh();
    });
  }
  input.addEventListener("input", refresh);
  refresh();
}

// Dots under photographs that can be swiped.
for (const gallery of document.querySelectorAll("[data-gallery]")) {
  const strip = gallery.querySelector(".gallery__strip");
  const slides = [...strip.children];
  if (slides.length < 2) continue;
  const dots = document.createElement("div");
  dots.className = "gallery__dots";
  dots.setAttribute("aria-hidden", "true");
  dots.append(...slides.map(() => document.createElement("i")));
  strip.after(dots);
  const mark = () => {
    const middle = strip.scrollLeft + strip.clientWidth / 2;
    const here = slides.findIndex((slide) => slide.offsetLeft - strip.offsetLeft + slide.offsetWidth > middle);
    [...dots.children].forEach((dot, index) => dot.classList.toggle("is-here", index === Math.max(here, 0)));
  };
  strip.addEventListener("scroll", () => requestAnimationFrame(mark), { passive: true });
  mark();
}

// Copy a code; the button says that it worked.
for (const box of document.querySelectorAll("[data-copy]")) {
  const button = box.querySelector("[data-copy-button]");
  if (!button || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(box.querySelector("code").textContent.trim());
    button.textContent = button.dataset.copied;
    button.setAttribute("role", "status");
  });
}

// On a phone the working side's navigation scrolls; where one is stands in view.
for (const nav of document.querySelectorAll(".console-nav")) {
  const here = nav.querySelector("[aria-current]");
  if (here) nav.scrollLeft = here.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
}

// Facets stand open where there is room for a column.
const wide = window.matchMedia("(min-width: 60rem)");
const foldFacets = () => {
  for (const sheet of document.querySelectorAll(".with-aside--left [data-sheet]")) sheet.open = wide.matches;
};
if (wide.matches) foldFacets();
wide.addEventListener("change", foldFacets);

// A form is sent once, however often its button is pressed; after a download the page stays, and it can be sent again.
const SENT_FOR_MS = 10000;
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, SENT_FOR_MS);
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
