// Extras of the cart and the checkout: sums and places follow the chosen province. Both work without this.

for (const select of document.querySelectorAll("[data-submit-on-change]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

const form = document.querySelector("[data-checkout]");
if (form) {
  const { province, city, district } = form.elements;
  form.querySelector("[data-quote]").hidden = true;
  let known = {};

  const offer = (id, names) => {
    document.getElementById(id).replaceChildren(
      ...names.map((name) => Object.assign(document.createElement("option"), { value: name })),
    );
  };

  const offerDistricts = () => offer("districts", known[city.value] ?? Object.values(known).flat());

  const readPlaces = async () => {
    const answer = await fetch(`/addresses?province=${encodeURIComponent(province.value)}`);
    if (!answer.ok) return;
    known = (await answer.json()).cities;
    offer("cities", Object.keys(known));
    offerDistricts();
  };

  const readSums = async () => {
    const answer = await fetch(`/checkout/summary?province=${encodeURIComponent(province.value)}`);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("summary");
    if (fresh) document.getElementById("summary").replaceWith(fresh);
  };

  province.addEventListener("change", () => {
    city.value = "";
    district.value = "";
    readPlaces();
    readSums();
  });
  city.addEventListener("change", () => {
    district.value = "";
    offerDistricts();
    const only = known[city.value];
    if (only?.length === 1) district.value = only[0];
  });
  if (province.value) readPlaces();
}
