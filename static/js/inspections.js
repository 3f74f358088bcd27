// Inspections are kept on the device first and sent when there is a signal. Without this the form is a plain one.

const form = document.querySelector("[data-inspection]");
const section = document.querySelector("[data-inspections]");
const list = section.querySelector("[data-queue]");
const words = section.dataset;
const AGAIN_MS = 30000;
const PAGE = location.pathname;

// --- what waits, in IndexedDB ---

const opened = new Promise((done, failed) => {
  const asked = indexedDB.open("inspections", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("waiting", { keyPath: "client_id" });
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => failed(asked.error);
});

const store = async (mode, act) => {
  const database = await opened;
  return new Promise((done, failed) => {
    const step = database.transaction("waiting", mode);
    const asked = act(step.objectStore("waiting"));
    step.oncomplete = () => done(asked.result);
    step.onerror = () => failed(step.error);
    step.onabort = () => failed(step.error);
  });
};

const waiting = () => store("readonly", (kept) => kept.getAll());
const put = (one) => store("readwrite", (kept) => kept.put(one));
const drop = (id) => store("readwrite", (kept) => kept.delete(id));

// --- what the page shows ---

const sent = [];

const line = (one, said) => {
  const item = document.createElement("li");
  const name = Object.assign(document.createElement("strong"), { textContent: one.fields.lot });
  item.append(name, " ", Object.assign(document.createElement("span"), { textContent: said, className: "quiet" }));
  return item;
};

const show = async (notice) => {
  const kept = await waiting();
  const lines = kept.map((one) => {
    const item = line(one, one.error ? `${words.refused}: ${one.error}` : words.waiting);
    item.dataset.state = one.error ? "refused" : "waiting";
    if (one.error) {
      const button = Object.assign(document.createElement("button"), {
        type: "button",
        className: "button button--quiet",
        textContent: words.remove,
      });
      button.addEventListener("click", async () => {
        await drop(one.client_id);
        show();
      });
      item.append(" ", button);
    }
    return item;
  });
  for (const one of sent) {
    const item = line(one, "");
    item.dataset.state = "sent";
    item.append(Object.assign(document.createElement("a"), { href: one.href, textContent: words.sent }));
    lines.push(item);
  }
  if (notice) lines.unshift(Object.assign(document.createElement("li"), { textContent: notice }));
  list.replaceChildren(...lines);
  section.hidden = lines.length === 0;
};

// --- sending ---

const freshToken = async () => {
  const answer = await fetch(PAGE, { cache: "no-store", headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("[data-inspection] [name=csrf_token]")?.value;
  const person = page.querySelector("[data-inspections]")?.dataset.person;
  return token ? { token, person } : null;
};

const send = async (one, token) => {
  const body = new FormData();
  for (const [name, value] of Object.entries(one.fields)) body.append(name, value);
  if (one.photo) body.append("photo", one.photo, "photo");
  body.append("client_id", one.client_id);
  body.append("device_at", one.device_at);
  body.append("csrf_token", token);
  const answer = await fetch(PAGE, { method: "POST", body, headers: { Accept: "application/json" } });
  const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
  if (answer.ok && told.number) {
    await drop(one.client_id);
    sent.unshift({ ...one, href: told.href });
  } else if (answer.status === 422 || answer.status === 409 || answer.status === 413) {
    await put({ ...one, error: told.detail || told.title || String(answer.status) });
  }
};

let busy = false;
const flush = async () => {
  if (busy) return;
  busy = true;
  let notice = "";
  try {
    const due = (await waiting()).filter((one) => !one.error);
    if (due.length) {
      const now = await freshToken();
      if (!now) notice = words.signedOut;
      // What another person wrote on this device waits for that person.
      else for (const one of due) if (one.person === now.person) await send(one, now.token);
    }
  } catch (away) {
    // No signal: fetch says so by a TypeError, and the next turn tries again. Anything else is a fault.
    if (!(away instanceof TypeError)) throw away;
  } finally {
    busy = false;
    await show(notice);
  }
};

// --- writing one down ---

const randomId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { lot, conformant, seen, plants_counted, plants_unhealthy, photo } = form.elements;
  await put({
    client_id: randomId(),
    person: words.person,
    device_at: new Date().toISOString(),
    photo: photo.files[0] ?? null,
    fields: {
      lot: lot.value,
      conformant: conformant.value,
      seen: seen.value,
      plants_counted: plants_counted.value,
      plants_unhealthy: plants_unhealthy.value,
    },
  });
  form.reset();
  await show(words.kept);
  section.scrollIntoView();
  flush();
});

window.addEventListener("online", flush);
setInterval(flush, AGAIN_MS);
flush();

// --- opening without a signal ---

const keepPage = async () => {
  await navigator.serviceWorker.register(words.worker);
  const { active } = await navigator.serviceWorker.ready;
  const used = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon]")].map((link) => link.href);
  const scripts = [...document.querySelectorAll("script[src]")].map((script) => script.src);
  const paths = [...used, ...scripts].map((address) => new URL(address).pathname);
  active.postMessage([PAGE, ...paths]);
};
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.addEventListener("message", () => {
    document.documentElement.dataset.offline = "ready";
  });
  if (navigator.onLine) keepPage();
}
