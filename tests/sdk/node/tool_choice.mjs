// The Vercel AI SDK with one tool choice, first whole and then streamed: prints what was called, what came of it, and the
// text, as JSON.

import { createOpenAI } from "@ai-sdk/openai";
import { generateText, jsonSchema, streamText, tool } from "ai";

const openai = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: process.env.OPENAI_API_KEY });
const forecast = tool({
  description: "The weather in a city.",
  inputSchema: jsonSchema({
    type: "object",
    properties: { city: { type: "string" }, days: { type: "number" } },
    required: ["city", "days"],
    additionalProperties: false,
  }),
  execute: ({ city, days }) => `${Number.isInteger(days) ? "sunny" : "unknown"} in ${city}`,
});
const request = {
  model: openai("gpt-5.5"),
  prompt: "The weather in Paris?",
  tools: { forecast, web_search: openai.tools.webSearch({}) },
  toolChoice: JSON.parse(process.argv[2]),
  maxRetries: 0,
};

async function shown(result) {
  return {
    called: (await result.toolCalls).map((call) => call.toolName),
    returned: (await result.toolResults).map((each) => each.output),
    cited: (await result.sources).map((source) => source.sourceType),
    text: await result.text,
  };
}

console.log(JSON.stringify([await shown(await generateText(request)), await shown(streamText(request))]));
