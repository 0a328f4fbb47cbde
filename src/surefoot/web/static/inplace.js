// Links and filters that lead to the same page with another query update it in place: nothing flashes, the place on the
// page and the focus stay, and the address and the Back button work as without it.
// Afterwards "surefoot:shown" is sent, on which the other scripts look at what is new.
const main = () => document.getElementById("content");
let asked = 0;
let waits; // until the letters of a search pause
const since = new Set(); // the fields that were filled in since the answer was asked for that is on its way

function same(address) {
  return address.origin === location.origin && address.pathname === location.pathname;
}

/** What was done last holds: nothing that was asked for before it comes any more. */
function leave() {
  asked += 1;
  clearTimeout(waits);
  since.clear();
  main().removeAttribute("aria-busy");
}

async function show(address, { push = true } = {}) {
  leave();
  const mine = asked;
  main().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    const kind = answer.headers.get("content-type") ?? "";
    if (!answer.ok || !kind.startsWith("text/html") || !same(new URL(answer.url))) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return;
    if (push) history.pushState({ inplace: true }, "", answer.url + address.hash);
    put(page);
  } catch {
    if (mine === asked) location.assign(address);
  }
}

function put(page) {
  const old = forms(main());
  const kept = held(document.activeElement, old);
  const open = new Set([...main().querySelectorAll("details[open][id]")].map((details) => details.id));
  const filled = unsent(old);
  const fresh = document.adoptNode(page.getElementById("content"));
  main().replaceWith(fresh);
  document.title = page.title;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  const made = forms(fresh);
  const typed = refill(filled, made);
  if (kept) restore(kept, made, fresh);
  if (typed) later(typed);
  document.dispatchEvent(new CustomEvent("surefoot:shown", { detail: fresh }));
}

/** The forms, by id, by their name or by what they send where; of several that are alike none. */
function forms(content) {
  const all = [...content.querySelectorAll("form")];
  const hidden = (form) => [...form.querySelectorAll("input[type=hidden]:not([name=back])")].map((field) => `${field.name}=${field.value}`);
  const sent = (form) => (sends(form) ? hidden(form) : [form.getAttribute("aria-label")]);
  const key = (form) => form.getAttribute("id") ?? [form.getAttribute("action"), ...sent(form)].join("\n"); // a field may be called id
  const keys = all.map(key);
  return new Map(all.filter((form, n) => keys.indexOf(keys[n]) === keys.lastIndexOf(keys[n])).map((form) => [key(form), form]));
}

const sends = (form) => form.getAttribute("method") === "post"; // a field may be called method
const boxed = (field) => field.type === "checkbox" || field.type === "radio";
const usual = (field) => ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value;
const asks = "#content form[method=get][data-applies] input[type=search]";

/** What was filled in and not sent yet: the page that comes knows nothing of it. */
function unsent(old) {
  return [...old].map(([key, form]) => [key, [...form.elements].filter((field) => {
    if (!field.name || field.type === "hidden" || field.type === "file") return false;
    if (!sends(form)) return since.has(field);
    if (boxed(field)) return field.checked !== field.defaultChecked;
    return field.options ? field.value !== usual(field) : field.value !== field.defaultValue;
  })]);
}

/** The field of the new page that stands for one of the old. */
function twin(field, form) {
  return [...(form?.elements ?? [])].find((each) => each.name === field.name && each.type === field.type && (!boxed(field) || each.value === field.value));
}

/** Fill in what was filled in; gives the search whose letters the answer does not know. */
function refill(filled, made) {
  let typed = null;
  for (const [key, fields] of filled) {
    for (const old of fields) {
      const field = twin(old, made.get(key));
      if (!field || (field.options && ![...field.options].some((option) => option.value === old.value))) continue;
      if (boxed(old)) field.checked = old.checked;
      else field.value = old.value;
      if (field.matches(asks)) typed = field;
    }
  }
  return typed;
}

/** Say how to find the focused element again: a field in its form, a link by its words, anything else by its id or name. */
function held(element, old) {
  if (!element || !main().contains(element)) return null;
  const [key] = [...old].find(([, form]) => form === element.form) ?? [];
  return { element, key, caret: element.selectionStart ?? null };
}

function again({ element, key }, made, fresh) {
  const words = (link) => link.textContent.trim();
  if (element.tagName === "A") {
    const alike = [...fresh.querySelectorAll("a")].filter((link) => words(link) === words(element));
    return alike.find((link) => link.getAttribute("href") === element.getAttribute("href")) ?? alike[0];
  }
  const where = element.id ? `#${CSS.escape(element.id)}` : element.name ? `[name="${CSS.escape(element.name)}"]` : null;
  const known = element.name && key !== undefined ? twin(element, made.get(key)) : null;
  return known ?? (where ? [...fresh.querySelectorAll(where)].find((field) => field.type !== "hidden") : null);
}

function restore(kept, made, fresh) {
  const found = again(kept, made, fresh);
  if (found?.form) for (let around = found.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  (found || fresh).focus({ preventScroll: true });
  if (!found || kept.caret === null) return;
  if (found.value.trim() === kept.element.value.trim()) found.value = kept.element.value; // as it was typed
  found.setSelectionRange(kept.caret, kept.caret);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.getAttribute("target") || link.hasAttribute("download")) return;
  const address = new URL(link.getAttribute("href"), document.baseURI);
  if (same(address) && address.hash && address.search === location.search) return;
  if (link.namespaceURI.endsWith("svg") || !same(address) || !main().contains(link)) {
    if (address.protocol.startsWith("http")) leave();
    return;
  }
  event.preventDefault();
  show(address);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("target")) return;
  const address = new URL(form.getAttribute("action") || location.pathname, location.href); // a field may be called action
  if (sends(form) || !main().contains(form) || !same(address)) {
    leave();
    return;
  }
  event.preventDefault();
  const fields = new FormData(form, event.submitter ?? undefined);
  address.search = new URLSearchParams([...fields].filter(([, value]) => value !== "")).toString();
  show(address);
});

function later(field) {
  clearTimeout(waits);
  waits = setTimeout(() => { if (field.isConnected) field.form.requestSubmit(); }, 250);
}

// In the first phase: a field whose change asks for an answer is filled in before that, not since.
for (const kind of ["input", "change"]) document.addEventListener(kind, (event) => since.add(event.target), { capture: true });
document.addEventListener("input", (event) => {
  if (event.target.matches?.(asks)) later(event.target);
});

history.replaceState({ inplace: true }, "");
addEventListener("popstate", (event) => {
  if (event.state?.inplace) show(new URL(location.href), { push: false });
});
