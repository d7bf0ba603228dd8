// AzureOpenAI at the endpoint of the environment: prints a text, what a stream said, and an error, as JSON.

import { AzureOpenAI } from "openai";

const client = new AzureOpenAI({ endpoint: process.env.AZURE_OPENAI_ENDPOINT, maxRetries: 0 });
const asked = { model: "my-deployment", input: "Hello?" };
const whole = await client.responses.create(asked);
let streamed = "";
for await (const event of await client.responses.create({ ...asked, stream: true })) {
  if (event.type === "response.output_text.delta") streamed += event.delta;
}
const refused = await client.responses.retrieve("resp_unknown").catch((error) => error);

console.log(JSON.stringify({ model: whole.model, text: whole.output_text, streamed, status: refused.status }));
