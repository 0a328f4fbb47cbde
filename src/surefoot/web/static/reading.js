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

async function look() {
  const answer = await fetch(place.dataset.reading, { headers: { accept: "application/json" }, cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  const found = await answer.json();
  if (ended(found, new Date(answer.headers.get("date") ?? Date.now()))) {
    location.replace(place.dataset.after);
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
