// @openai/agents with `useResponsesWebSocket`: an agent with two tools, asked twice. Prints its answers, as JSON.

import { Agent, OpenAIProvider, Runner, setTracingDisabled, tool } from "@openai/agents";
import WebSocket from "ws";
import { z } from "zod";

globalThis.WebSocket ??= WebSocket; // Node has one of its own from version 22
setTracingDisabled(true);

const weather = { Paris: "18 degrees", Oslo: "4 degrees" };
const getWeather = tool({
  name: "get_weather",
  description: "The weather in a city.",
  parameters: z.object({ city: z.string() }),
  execute: ({ city }) => weather[city],
});
const bookTable = tool({
  name: "book_table",
  description: "Book a table in a restaurant.",
  parameters: z.object({ city: z.string(), seats: z.number() }),
  execute: ({ city, seats }) => `A table for ${seats} in ${city}, number 7`,
});
const agent = new Agent({ name: "guide", model: "gpt-4.1", tools: [getWeather, bookTable] });
const provider = new OpenAIProvider({ useResponsesWebSocket: true });
const runner = new Runner({ modelProvider: provider });

const first = await runner.run(agent, "Where for the evening?", { stream: true });
await first.completed;
const second = await runner.run(agent, [...first.history, { role: "user", content: "Thanks!" }]);
await provider.close();

console.log(JSON.stringify([first.finalOutput, second.finalOutput]));
