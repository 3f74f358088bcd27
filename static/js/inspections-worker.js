// Keeps the page of a new inspection, and what it is made of, for where there is no signal.

const KEPT = "inspections-1";
const PAGE = "/branch/inspections/new";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const keep = async (key, answer) => {
  const kept = await caches.open(KEPT);
  await kept.put(key, answer);
};

// The network first; what it gave last when it is away. A page that led elsewhere (to the sign-in) is not kept.
const freshOrKept = async (request, key) => {
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await keep(key, answer.clone());
    return answer;
  } catch (away) {
    const known = await caches.match(key, { cacheName: KEPT, ignoreVary: true });
    if (known) return known;
    throw away;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  // The script asks for a fresh token past the cache.
  if (request.cache === "no-store") return;
  if (request.mode === "navigate" && address.pathname === PAGE) event.respondWith(freshOrKept(request, PAGE));
  else if (address.pathname.startsWith("/static/")) event.respondWith(freshOrKept(request, address.pathname));
});

// The page names what it used before this worker was there.
self.addEventListener("message", (event) => {
  const fill = async () => {
    const kept = await caches.open(KEPT);
    await Promise.all(event.data.map((path) => kept.add(path)));
    event.source.postMessage("kept");
  };
  event.waitUntil(fill());
});
