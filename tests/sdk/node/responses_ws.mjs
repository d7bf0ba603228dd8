// ResponsesWS of the openai package: a tool loop without `store` over one socket, then an error, then a turn on lanes.
// Prints what came of each, as JSON.

import OpenAI from "openai";
import { ResponsesWS } from "openai/resources/responses/ws";

const model = "gpt-4.1";
const tools = [
  {
    type: "function",
    name: "get_weather",
    parameters: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
      additionalProperties: false,
    },
    strict: true,
  },
];
const socket = new ResponsesWS(new OpenAI());
const frames = socket.stream()[Symbol.asyncIterator]();
const errors = [];
socket.on("error", (error) => errors.push(error.message));

async function next() {
  for (;;) {
    const { value, done } = await frames.next();
    if (done) throw new Error("the connection has ended");
    if (value.type === "message") return value.message;
    if (value.type === "error") return value.error.error ?? { type: "error", message: value.error.message };
  }
}

async function ask(request) {
  socket.send({ type: "response.create", model, store: false, ...request });
  for (;;) {
    const event = await next();
    if (event.type === "response.completed") return event.response;
    if (!event.type.startsWith("response.")) return event;
  }
}

const called = await ask({ input: "The weather in Paris?", tools });
const call = called.output.find((item) => item.type === "function_call");
const answered = await ask({
  input: [{ type: "function_call_output", call_id: call.call_id, output: "sunny" }],
  previous_response_id: called.id,
  tools,
});
const refused = await ask({ input: "Hello.", previous_response_id: "resp_nowhere" });
for (const lane of ["a", "b"]) socket.send({ type: "response.create", model, input: lane, stream_id: lane });
const lanes = {};
while (Object.keys(lanes).length < 2) {
  const event = await next();
  if (event.type === "response.output_text.done") lanes[event.stream_id] = event.text;
}
socket.close();

console.log(
  JSON.stringify({ called: JSON.parse(call.arguments), answered: answered.output.at(-1).content[0].text, refused, errors, lanes }),
);
