// Shows photos of a listing as they become ready: asks for the form's page and swaps the row of photos, nothing typed.

const refresh = async () => {
  const here = document.querySelector("[data-photos]");
  try {
    const answer = await fetch(here.dataset.photos, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-photos]");
    if (answer.ok && fresh) {
      here.replaceWith(fresh);
      if (!fresh.querySelector("[data-waiting]")) return;
    }
  } catch {
    // The network was away; the next turn asks again.
  }
  setTimeout(refresh, 2000);
};

setTimeout(refresh, 1500);
