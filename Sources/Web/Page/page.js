const images = document.getElementById("images");
const picture = document.getElementById("picture");
const events = document.getElementById("events");
const report = document.getElementById("report");

const address = (name) => "/images/" + name.split("/").map(encodeURIComponent).join("/");
const show = () => { picture.src = address(images.value) + "?side=640"; };

const names = await (await fetch("/api/list-images")).json();
images.append(...names.map((name) => new Option(name, name)));
images.addEventListener("change", show);
if (names.length) show();

document.getElementById("run").addEventListener("click", async () => {
  events.replaceChildren();
  report.textContent = "";
  const answer = await fetch("/api/analyze", {
    method: "POST",
    headers: { "Content-Type": "application/json", Prefer: "respond-async" },
    body: JSON.stringify({ filename: images.value }),
  });
  const job = await answer.json();
  if (!answer.ok) {
    report.textContent = job.detail;
    return;
  }
  const source = new EventSource(`/api/jobs/${job.job_id}/events`);
  const line = (text) => {
    const item = document.createElement("li");
    item.textContent = text;
    events.append(item);
  };
  source.addEventListener("phase_started", (event) => line(JSON.parse(event.data).phase));
  source.addEventListener("observation", (event) => {
    const { question, observation } = JSON.parse(event.data);
    line(`${question}: ${observation.value}`);
  });
  source.addEventListener("finished", (event) => {
    source.close();
    report.textContent = JSON.parse(event.data).report.report;
  });
  source.addEventListener("failed", (event) => {
    source.close();
    report.textContent = JSON.parse(event.data).failure.message;
  });
});
