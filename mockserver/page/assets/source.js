// Where the data comes from: a running server, or the report that this page is embedded in.

const KEY = "mockserver-key";
const holder = document.getElementById("report-data");
export const report = holder ? JSON.parse(holder.textContent) : null;

export class Refused extends Error {}

function keyHeaders() {
  const key = sessionStorage.getItem(KEY);
  return key ? { authorization: `Bearer ${key}` } : {};
}

export function useKey(key) {
  sessionStorage.setItem(KEY, key);
}

export async function get(path) {
  if (report) {
    if (path in report.data) return report.data[path];
    throw new Refused("The report does not hold this.");
  }
  return answerOf(await fetch(path, { headers: keyHeaders() }));
}

export async function send(method, path, body) {
  return sendText(method, path, body === undefined ? undefined : JSON.stringify(body), "application/json");
}

export async function sendText(method, path, body, type = "application/yaml") {
  return answerOf(await fetch(path, { method, headers: { ...keyHeaders(), "content-type": type }, body }));
}

// A file that the server makes, and its name.
export async function download(path, body) {
  const headers = { ...keyHeaders(), "content-type": "application/json" };
  const reply = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!reply.ok) await answerOf(reply);
  const name = reply.headers.get("content-disposition").match(/filename="(.*)"/)[1];
  return { blob: await reply.blob(), name };
}

async function answerOf(reply) {
  if (reply.ok) return reply.json();
  let message = `The server answered ${reply.status}.`;
  try {
    message = (await reply.json()).error.message;
  } catch {
    // it was no JSON: the status says enough
  }
  const error = new Refused(message);
  error.status = reply.status;
  throw error;
}

// Server-sent events by fetch, since an EventSource cannot send a key. `take(name, data)` gets each; `state(live)` says
// whether the connection is there. After a break it goes on where it was.
export function listen(after, take, state) {
  const stopped = new AbortController();
  let at = after;
  const run = async () => {
    let wait = 250;
    while (!stopped.signal.aborted) {
      try {
        const reply = await fetch(`events?after=${at}`, { headers: keyHeaders(), signal: stopped.signal });
        if (!reply.ok) throw new Refused(`status ${reply.status}`);
        state(true);
        wait = 250;
        await readFrames(reply.body.getReader(), (frame) => {
          if (frame.id) at = frame.id;
          if (frame.data) take(frame.event, JSON.parse(frame.data), frame.id);
        });
      } catch {
        // the server has stopped, or the connection has gone: try again
      }
      if (stopped.signal.aborted) return;
      state(false);
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 2, 5000);
    }
  };
  run();
  return () => stopped.abort();
}

async function readFrames(reader, take) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    const frames = rest.split("\n\n");
    rest = frames.pop();
    for (const text of frames) {
      const frame = {};
      for (const line of text.split("\n")) {
        const colon = line.indexOf(": ");
        if (colon > 0) frame[line.slice(0, colon)] = line.slice(colon + 2);
      }
      take(frame);
    }
  }
}
