// Writes down histories of this build, which every later build has to replay: `npm run
// record`, with a worker running.
import { Client, Connection } from "@temporalio/client";
import { sendEvent, startRun } from "../dist/client.js";
import { rules, ticket } from "../dist/ticket.js";
import { writeHistory } from "./history.mjs";

const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS });
const client = new Client({ connection, identity: "client" });
const approval = { ticket: { id: "T-1" }, approver: { name: "Cleo", level: 2 } };
const event = { eventId: "1", eventName: "TICKET_APPROVED", payload: approval };

for (const [name, priority] of [["urgent", 5], ["calm", 1]]) {
  const payload = { ticket: { id: "T-1", title: "Printer", priority }, watchers: ["ann", "ben"] };
  const handle = await startRun(client, `ticket-${name}`, { definition: ticket, payload });
  await sendEvent(client, handle.workflowId, event, rules);
  await handle.result();
  writeHistory(new URL(`histories/ticket-${name}.json`, import.meta.url), await handle.fetchHistory());
}
await connection.close();
