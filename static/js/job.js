// Shows a long task moving: asks for the page every two seconds and swaps its middle.

const ask = async () => {
  const here = document.querySelector("[data-job]");
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-job]");
    if (answer.ok && fresh) {
      here.replaceWith(fresh);
      document.title = page.title;
      if (!["waiting", "running"].includes(fresh.dataset.job)) return;
    }
  } catch {
    // The network was away; the next turn asks again.
  }
  setTimeout(ask, 2000);
};

setTimeout(ask, 1500);
