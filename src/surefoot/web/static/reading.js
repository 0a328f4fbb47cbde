// Says how far a reading has come, and shows the page anew when it has ended.
const place = document.querySelector("[data-reading]");
const told = place?.querySelector("[data-told]");

const some = (count, one, many) => `${count} ${count === 1 ? one : many}`;

/** Say whether none is under way and none is due by the server's clock, or another one stands in the history. */
function ended({ reading, runs, total, synced }, now) {
  if (reading) return false;
  const newest = `${runs[0]?.beganAt ?? ""} ${total}`;
  return newest !== place.dataset.since || !synced.dueAt || new Date(synced.dueAt) > now;
}

// A link or button was chosen: its page may be on its way for a while, and showing this one anew would stop it.
let left = -Infinity;
addEventListener("beforeunload", () => { left = performance.now(); });
const leaves = () => performance.now() - left < 30_000;

/** Whether something was filled in that showing the page anew would lose. */
function filled() {
  const fields = [...document.querySelectorAll("#content form[method=post] :is(input, textarea):not([type=hidden])")];
  return fields.some((field) => field.checked !== field.defaultChecked || field.value !== field.defaultValue);
}

/** Show the page anew; where that would lose something, offer it. */
function over() {
  if (!filled()) {
    location.replace(place.dataset.after);
    return;
  }
  const link = document.createElement("a");
  link.href = place.dataset.after;
  link.textContent = "show what came";
  told.replaceChildren("The reading has ended: ", link);
}

async function look() {
  const answer = await fetch(place.dataset.reading, { headers: { accept: "application/json" }, cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  const found = await answer.json();
  if (leaves()) return true;
  if (ended(found, new Date(answer.headers.get("date") ?? Date.now()))) {
    over();
    return false;
  }
  const { reading } = found;
  if (reading) {
    told.textContent = `Reading from Microsoft: ${some(reading.days, "day", "days")}, ${some(reading.controls, "recommended action", "recommended actions")} so far`;
  }
  return true;
}

async function watch(failures = 0) {
  let go = true;
  let failed = 0;
  try {
    go = await look();
  } catch {
    failed = failures + 1; // the server restarts, or the network is away for a moment
    if (failed > 20) {
      told.textContent = "Surefoot does not answer: reload the page";
      return;
    }
  }
  if (go) setTimeout(watch, document.hidden ? 5000 : 1000, failed);
}

if (place) watch();
