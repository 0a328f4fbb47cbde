// Says how far a reading has come, and shows the page anew when it has ended.
const place = document.querySelector("[data-reading]");
const told = place?.querySelector("[data-told]");

const some = (count, one, many) => `${count} ${count === 1 ? one : many}`;

async function look() {
  const answer = await fetch(place.dataset.reading, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const { reading, runs } = await answer.json();
  if (reading) {
    told.textContent = `Reading from Microsoft: ${some(reading.days, "day", "days")}, ${some(reading.controls, "recommended action", "recommended actions")} so far`;
  } else if (runs.length && runs[0].beganAt !== place.dataset.since) {
    location.replace(place.dataset.after);
    return false;
  }
  return true;
}

async function watch(failures = 0) {
  let go = true;
  try {
    go = await look();
    failures = 0;
  } catch {
    failures += 1; // the server restarts, or the network is away for a moment
    if (failures > 20) {
      told.textContent = "Surefoot does not answer: reload the page";
      return;
    }
  }
  if (go) setTimeout(watch, document.hidden ? 5000 : 1000, failures);
}

if (place) watch();
