// Links and filters that lead to the same page with another query update it in place: nothing flashes, the place on the
// page and the focus stay, and the address and the Back button work as without it.
// Afterwards "surefoot:shown" is sent, on which the other scripts look at what is new.
const main = () => document.getElementById("content");
let asked = 0;

function same(address) {
  return address.origin === location.origin && address.pathname === location.pathname;
}

async function show(address, { push = true } = {}) {
  asked += 1;
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
  const kept = held(document.activeElement);
  const open = new Set([...main().querySelectorAll("details[open][id]")].map((details) => details.id));
  const filled = unsent(main());
  const fresh = document.adoptNode(page.getElementById("content"));
  main().replaceWith(fresh);
  document.title = page.title;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  refill(filled, fresh);
  if (kept) restore(kept, fresh);
  document.dispatchEvent(new CustomEvent("surefoot:shown", { detail: fresh }));
}

/** The forms that send something, by id or by what they send where; of several that are alike none. */
function senders(content) {
  const forms = [...content.querySelectorAll("form[method=post]")];
  const hidden = (form) => [...form.querySelectorAll("input[type=hidden]:not([name=back])")].map((field) => `${field.name}=${field.value}`);
  const key = (form) => form.getAttribute("id") ?? [form.getAttribute("action"), ...hidden(form)].join("\n"); // a field may be called id
  const keys = forms.map(key);
  return new Map(forms.filter((form, n) => keys.indexOf(keys[n]) === keys.lastIndexOf(keys[n])).map((form) => [key(form), form]));
}

const boxed = (field) => field.type === "checkbox" || field.type === "radio";
const usual = (field) => ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value;

/** What was filled in and not sent yet: the page that comes knows nothing of it. */
function unsent(content) {
  return [...senders(content)].map(([key, form]) => [key, [...form.elements].filter((field) => {
    if (!field.name || field.type === "hidden") return false;
    if (boxed(field)) return field.checked !== field.defaultChecked;
    return field.options ? field.value !== usual(field) : field.value !== field.defaultValue;
  })]);
}

function refill(filled, fresh) {
  const forms = senders(fresh);
  for (const [key, fields] of filled) {
    const all = [...(forms.get(key)?.elements ?? [])];
    for (const old of fields) {
      const field = all.find((each) => each.name === old.name && (!boxed(old) || each.value === old.value));
      if (!field) continue;
      if (boxed(old)) field.checked = old.checked;
      else field.value = old.value;
    }
  }
}

/** Say how to find the focused element again: a link by its words, anything else by its id or name. */
function held(element) {
  if (!element || !main().contains(element)) return null;
  if (element.tagName === "A") return { words: element.textContent.trim() };
  const where = element.id ? `#${CSS.escape(element.id)}` : element.name ? `[name="${CSS.escape(element.name)}"]` : null;
  const typed = element.matches("input[type=search]") ? element.value : null;
  return { where, typed, caret: typed === null ? null : element.selectionStart };
}

function restore(kept, fresh) {
  const links = kept.words ? [...fresh.querySelectorAll("a")] : [];
  const fields = kept.where ? [...fresh.querySelectorAll(kept.where)] : [];
  const found = links.find((link) => link.textContent.trim() === kept.words) ?? fields.find((field) => field.type !== "hidden");
  (found || fresh).focus({ preventScroll: true });
  if (!found || kept.typed === null || kept.typed === undefined) return;
  found.value = kept.typed; // what was typed while the answer was on its way
  found.setSelectionRange(kept.caret, kept.caret);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#content a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || link.target || link.hasAttribute("download")) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const address = new URL(link.href);
  if (!same(address) || (address.hash && address.search === location.search)) return;
  event.preventDefault();
  show(address);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "get" || !main().contains(form)) return;
  const address = new URL(form.getAttribute("action") || location.pathname, location.href); // a field may be called action
  if (!same(address)) return;
  event.preventDefault();
  const fields = new FormData(form, event.submitter ?? undefined);
  address.search = new URLSearchParams([...fields].filter(([, value]) => value !== "")).toString();
  show(address);
});

let waits;
document.addEventListener("input", (event) => {
  const input = event.target;
  if (!input.matches?.("#content form[method=get][data-applies] input[type=search]")) return;
  clearTimeout(waits);
  waits = setTimeout(() => { if (input.isConnected) input.form.requestSubmit(); }, 250);
});

history.replaceState({ inplace: true }, "");
addEventListener("popstate", (event) => {
  if (event.state?.inplace) show(new URL(location.href), { push: false });
});
