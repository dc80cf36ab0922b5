/** Runs the ticket once, while a worker is running: `npm run example`. */
import { Client, Connection } from "@temporalio/client";
import { published, sendEvent, startRun } from "./client.js";
import { rules, ticket } from "./ticket.js";

const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS });
const client = new Client({ connection });
const payload = {
  ticket: { id: "T-17", title: "Printer on fire", priority: 5 },
  watchers: ["ann@example.com", "ben@example.com"],
};
const approval = (eventId: string, level: number) => ({
  eventId,
  eventName: "TICKET_APPROVED",
  payload: { ticket: { id: "T-17" }, approver: { name: "Cleo", level } },
});

const handle = await startRun(client, `ticket-${Date.now()}`, {
  definition: published(ticket, rules),
  payload,
});
await sendEvent(client, handle.workflowId, approval("e-1", 1), rules); // Too low a level: stays.
await sendEvent(client, handle.workflowId, approval("e-2", 2), rules);
console.log(JSON.stringify(await handle.result(), null, 2));
await connection.close();
